import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { Docker } from "../lab/local/docker";
import type { Plan } from "../plan/types";
import { checkout, inLab } from "../tools/paths";
import { policyPacks } from "../tools/policy-pack";
import type { Output } from "../tools/report";
import { changedValues, configFile, readConfig, setAllArguments } from "./config";
import { beginJournal, dropJournal, noteTried } from "./config-journal";
import { ensureLabSecrets } from "./lab-stack";
import { someNodeIsDown } from "./leftovers";
import { Objector, type Watch } from "./objector";
import { operate } from "./operation";
import { beforeIn } from "./preflight";
import { workOf } from "./progress";
import { recoverConfig, takeBack } from "./take-back";
import type { StormStack } from "./workspace";

/** Of stack config, with which a stack is a production stack whatever its storm.yml says. */
export const PRODUCTION_KEY = "storm:spec.production";

/** One run of a command that deploys. */
export interface Deployment {
  stack: StormStack;
  /** What set-up found on this machine (localConfig); undefined: the config says it, or nobody has to know. */
  local?: Record<string, unknown>;
  plan: Plan;
  /** For the stack's config: the storm.yml that it names from now on. */
  file?: string;
  /** Makes it a production stack from now on. */
  production?: boolean;
  verbose?: boolean;
  /** The command that goes on after a failure. */
  again: string;
  /** Of `alone`. */
  signal: AbortSignal;
  output: Output;
}

/** The engine's stack, made when there is none, with what its config has to say before the program runs. */
export async function openForDeployment({ stack, local, plan, file, production }: Deployment): Promise<Stack> {
  const opened = await stack.open();
  const wanted = {
    ...(file === undefined ? {} : { "storm:file": file }),
    ...(inLab || local === undefined ? {} : { "storm:local": local }),
  };
  const config = changedValues(readConfig(stack.name), wanted);
  if (Object.keys(config).length > 0) await stack.run(setAllArguments(stack.name, config));
  if (production === true) await stack.run(["config", "set", "--path", PRODUCTION_KEY, "true", "--stack", stack.name]);
  if (inLab) await ensureLabSecrets(stack, plan);
  return opened;
}

/** A stack that was opened for those who may not deploy in the end. */
export interface Tentative {
  opened: Stack;
  /** The config is the stack's from now on. */
  keep: () => void;
  /** Puts the config back, and takes a stack away that was made for it; also after an interrupt. */
  undo: () => Promise<void>;
}

/** The same for those who may not deploy in the end. What this run does not undo, the next one does. */
export async function openTentatively(run: Deployment): Promise<Tentative> {
  const { stack } = run;
  const file = configFile(stack.name);
  await recoverConfig(stack, run.output);
  beginJournal(stack.name, file, await stack.exists());
  const undo = () => takeBack(stack);
  try {
    const opened = await openForDeployment(run);
    noteTried(stack.name, file);
    return { opened, keep: () => dropJournal(stack.name), undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

export interface PreviewWish {
  /** Is given all events, also of a preview that fails. */
  observe?: (event: EngineEvent) => void;
  /** Whether the engine asks the providers first what is there; default: where a container is seen to be down. */
  refresh?: boolean;
}

/** The engine's preview; of what it says only errors are shown as they come. */
export async function preview(opened: Stack, run: Deployment, wish: PreviewWish = {}): Promise<void> {
  const refresh = wish.refresh ?? (await someNodeIsDown(new Docker(), await run.stack.backend.state(run.stack.name)));
  await operate({
    ...common(run),
    step: "Preview",
    failed: "nothing was changed; the reasons are above",
    run: ({ onEvent, ...engine }) =>
      opened.preview({
        ...engine,
        refresh,
        policyPacks: policyPacks(checkout, run.stack.name),
        onEvent: (event) => {
          wish.observe?.(event);
          // What else it says comes again with the deployment.
          if (event.diagnosticEvent?.severity === "error") onEvent(event);
        },
      }),
  });
}

/** Compares the state with what the providers say is there; changes neither. @param observe is given all events */
export async function compare(opened: Stack, run: Deployment, observe: (event: EngineEvent) => void): Promise<void> {
  await operate({
    ...common(run),
    step: "Comparison",
    failed: "nothing was changed; the reasons are above",
    run: ({ onEvent, ...engine }) =>
      opened.previewRefresh({
        ...engine,
        onEvent: (event) => {
          observe(event);
          onEvent(event);
        },
      }),
  });
}

export interface BringUpWish {
  /** What the engine's preview has found to do (workOf), and nothing against; default: there was none. */
  expected?: ReadonlySet<string>;
  /** Is given each event of the deployment itself. What it objects to stops the engine in good order, and is thrown in the end. */
  watch?: Watch;
}

/** Brings the stack to what storm.yml says. @returns whether anything changed */
export async function bringUp(opened: Stack, run: Deployment, wish: BringUpWish = {}): Promise<boolean> {
  const { watch } = wish;
  let { expected } = wish;
  const state = await run.stack.backend.state(run.stack.name);
  if (await someNodeIsDown(new Docker(), state)) {
    run.output.write("Some containers of the cluster do not run: comparing everything with what is there\n");
    // By itself, not as part of what follows: what is gone is gone from the state then, and making it anew takes nothing away.
    await operate({ ...common(run), step: "Comparison", run: (engine) => opened.refresh(engine) });
  }
  // The Automation API's `up` has no preview, where the program's guard sees all that the engine would make anew. With fewer managers
  // and workers there is no second one to lose.
  const { managers, workers } = beforeIn(state);
  if (expected === undefined && (managers.length > 1 || Object.keys(workers).length > 1)) {
    const events: EngineEvent[] = [];
    await preview(opened, run, { observe: (event) => events.push(event) });
    expected = workOf(events);
  }
  const objector = new Objector(watch);
  const changes = await operate({
    ...common(run),
    step: "Deployment",
    expected,
    run: ({ signal, onEvent, ...engine }) =>
      opened.up({
        ...engine,
        suppressOutputs: true,
        policyPacks: policyPacks(checkout, run.stack.name),
        signal: AbortSignal.any([signal, objector.signal]),
        onEvent: (event) => {
          objector.look(event);
          onEvent(event);
        },
      }),
  }).finally(() => objector.check());
  return changes > 0;
}

function common({ stack, signal, output, verbose = false, again }: Deployment) {
  return { stack, signal, output, verbose, again, failed: "the deployment failed; the reasons are above" };
}
