import { Docker } from "../../lab/local/docker";
import type { Plan } from "../../plan/types";
import { type Output, streamOutput } from "../../tools/report";
import { checkout, inLab } from "../../tools/paths";
import { policyPacks } from "../../tools/policy-pack";
import { removeOldBuilds } from "../../tools/old-builds";
import { type LabSetup, setUpLab } from "../../tools/setup";
import { changedValues, loadIpvs, localConfig, readConfig, setAllArguments, stormFile } from "../config";
import { ensureLabConfig, ensureLabSecrets } from "../lab-stack";
import { someNodeIsDown } from "../leftovers";
import { alone, operate, recoverStack } from "../operation";
import { beforeIn, preflight } from "../preflight";
import { summary } from "../summary";
import { StormStack } from "../workspace";

export interface StartOptions {
  stack: string;
  file?: string;
  json?: boolean;
  verbose?: boolean;
}

/** `npm start`: everything from a bare machine to a running cluster; nothing where all of it is there. */
export async function start(options: StartOptions, output: Output): Promise<void> {
  const began = Date.now();
  const file = options.file === undefined ? undefined : stormFile(options.file, process.env.INIT_CWD ?? process.cwd());
  if (inLab) ensureLabConfig(options.stack);
  const plan = await preflight(options.stack, file, streamOutput(process.stderr));
  const setup = await setUpLab(output);
  const stack = new StormStack(options.stack, setup);
  await alone(stack, "start", output, async (signal) => {
    await recoverStack(stack, signal, output);
    const changed = await deploy(stack, setup, { ...options, file, plan }, signal, output);
    removeOldBuilds();
    const outputs = (await stack.backend.state(options.stack))?.outputs ?? {};
    if (options.json) {
      process.stdout.write(JSON.stringify(outputs, null, 2) + "\n");
    } else {
      output.write(summary(outputs, { stack: options.stack, changed, milliseconds: Date.now() - began }, output));
    }
  });
}

async function deploy(
  stormStack: StormStack,
  setup: LabSetup,
  options: StartOptions & { plan: Plan },
  signal: AbortSignal,
  output: Output,
): Promise<boolean> {
  const stack = await stormStack.open();
  const wanted = {
    ...(options.file === undefined ? {} : { "storm:file": options.file }),
    ...(inLab ? {} : { "storm:local": localConfig(setup, loadIpvs()) }),
  };
  const config = changedValues(readConfig(options.stack), wanted);
  if (Object.keys(config).length > 0) await stormStack.run(setAllArguments(options.stack, config));
  if (inLab) await ensureLabSecrets(stormStack, options.plan);

  const state = await stormStack.backend.state(options.stack);
  const common = {
    stack: stormStack,
    signal,
    output,
    verbose: options.verbose ?? false,
    again: "start" as const,
    failed: "the deployment failed; the reasons are above",
  };
  const packs = policyPacks(checkout, options.stack);
  if (await someNodeIsDown(new Docker(), state)) {
    output.write("Some containers of the cluster do not run: comparing everything with what is there\n");
    // By itself, not as part of what follows: what is gone is gone from the state then, and making it anew takes nothing away.
    await operate({ ...common, step: "Comparison", run: (engine) => stack.refresh(engine) });
  }
  // The Automation API's `up` has no preview, where the program's guard sees all that the engine would make anew. With fewer managers
  // and workers there is no second one to lose.
  const { managers, workers } = beforeIn(state);
  if (managers.length > 1 || Object.keys(workers).length > 1) {
    await operate({
      ...common,
      step: "Preview",
      failed: "nothing was changed; the reasons are above",
      run: ({ onEvent, ...engine }) =>
        stack.preview({
          ...engine,
          policyPacks: packs,
          onEvent: (event) => {
            // What else it says comes again with the deployment.
            if (event.diagnosticEvent?.severity === "error") onEvent(event);
          },
        }),
    });
  }
  const changes = await operate({
    ...common,
    step: "Deployment",
    run: (engine) => stack.up({ ...engine, suppressOutputs: true, policyPacks: packs }),
  });
  return changes > 0;
}
