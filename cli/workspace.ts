import { delimiter, dirname } from "node:path";
import type * as Automation from "@pulumi/pulumi/automation";
import type { PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import { type Backend, FolderBackend, type StateResource } from "../tools/backend";
import { editDeployment, EngineBackend, exportOf } from "../tools/engine-backend";
import { toBeRunAgain } from "../tools/interrupted-commands";
import { checkout } from "../tools/paths";
import { pulumiEnvironment } from "../tools/pulumi-env";
import type { RecoveryEngine } from "../tools/recovery";
import { type EngineSetup, setUpEngine } from "../tools/setup";
import type { Output } from "../tools/report";
import { isOwnBackend } from "../tools/state-backend";
import { type EngineRunResult, runEngine } from "./engine-run";

/** Loaded when needed, for it takes the better part of a second; tsx leaves a dynamic import to Node's own loader. */
function automation(): typeof Automation {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require("@pulumi/pulumi/automation") as typeof Automation;
}

type Run = (
  args: string[],
  cwd: string,
  env: Record<string, string>,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
  signal?: AbortSignal,
) => Promise<EngineRunResult>;

/**
 * Where the state of a stack is. This checkout's own folder is read without an engine; for any other the engine is set up first, if
 * need be.
 */
export async function backendOf(stack: string, output: Output): Promise<Backend> {
  if (isOwnBackend(process.env, checkout)) return new FolderBackend();
  return (await engineStack(stack, output)).backend;
}

/** A stack by its name, there or not; the engine is set up first, if need be, and says nothing when it is there. */
export async function engineStack(name: string, output: Output): Promise<StormStack> {
  return new StormStack(name, await setUpEngine(output, { quiet: true }));
}

/**
 * A stack whose operations end when they are done: after each the Automation API asks for outputs and history, three more engine commands, a
 * second in all, for what the state says (Backend.state).
 */
export function forOperations(stack: Stack): Stack {
  return Object.assign(stack, { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) });
}

/** One stack of this checkout, driven by the Automation API on the engine that set-up found. */
export class StormStack implements RecoveryEngine {
  readonly backend: Backend;
  private readonly environment: Record<string, string>;
  private signal: AbortSignal | undefined;

  constructor(
    readonly name: string,
    private readonly setup: EngineSetup,
  ) {
    this.environment = pulumiEnvironment(setup.engine, setup.plugins === "stand-in", name);
    this.backend = isOwnBackend(process.env, checkout)
      ? new FolderBackend()
      : new EngineBackend((args) => this.run(args));
  }

  /** From here on the signal ends every engine command, and lets none begin. */
  endOn(signal: AbortSignal): void {
    this.signal = signal;
  }

  /** Does `work` to its end, whoever interrupts: what puts right is not to be stopped by what made it necessary. */
  async uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this;
    this.signal = new AbortController().signal;
    try {
      return await work();
    } finally {
      this.signal = signal;
    }
  }

  /** STORM_RUN of the engines that this process starts. */
  get runName(): string {
    return this.environment.STORM_RUN ?? "";
  }

  async exists(): Promise<boolean> {
    return (await this.backend.state(this.name)) !== undefined;
  }

  /** The stack, made when there is none. */
  async open(): Promise<Stack> {
    const { LocalWorkspace, Stack } = automation();
    const workspace = await LocalWorkspace.create({
      workDir: checkout,
      envVars: this.environment,
      pulumiCommand: await this.command(),
    });
    const stack = await ((await this.exists())
      ? Stack.select(this.name, workspace)
      : Stack.create(this.name, workspace));
    return forOperations(stack);
  }

  /** The outputs, secrets in plain text. */
  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.run(["stack", "output", "--json", "--show-secrets", "--stack", this.name]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** Its resources, as the engine exports them. @param secrets whether their secrets are in plain text */
  async resources({ secrets }: { secrets: boolean }): Promise<StateResource[]> {
    const options = secrets ? ["--show-secrets"] : [];
    return (await exportOf((args) => this.run(args), this.name, ...options))?.resources ?? [];
  }

  /**
   * One engine command outside of the Automation API; it has no method for these.
   * @param input for its standard input
   * @param more environment besides the stack's own, and a signal besides the run's
   */
  run(
    args: readonly string[],
    input?: string,
    { env, signal }: { env?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<EngineRunResult> {
    const signals = [this.signal, signal].filter((each) => each !== undefined);
    return runEngine(
      this.setup.engine.path,
      args,
      checkout,
      { ...this.environment, ...env },
      { signal: signals.length === 0 ? undefined : AbortSignal.any(signals), input },
    );
  }

  async cancel(stack: string): Promise<void> {
    await this.run(["cancel", "--yes", "--stack", stack]);
  }

  async refreshClearingPendingCreates(stack: string): Promise<void> {
    await this.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", stack]);
  }

  async runAgain(stack: string, urns: readonly string[]): Promise<void> {
    await editDeployment(
      (args, input) => this.run(args, input),
      stack,
      (deployment) => toBeRunAgain(deployment, urns),
    );
  }

  /** The Automation API's own way to the engine, with our way of running it put in. */
  private async command(): Promise<PulumiCommand> {
    process.env.PATH = [dirname(this.setup.engine.path), process.env.PATH ?? ""].join(delimiter);
    const command = await automation().PulumiCommand.get();
    const run: Run = (args, cwd, env, onOutput, onError, signal = this.signal) =>
      runEngine(
        this.setup.engine.path,
        args,
        cwd,
        { ...this.environment, ...env, PULUMI_AUTOMATION_API: "true" },
        {
          onOutput,
          onError,
          signal,
        },
      );
    return Object.assign(command, { run });
  }
}
