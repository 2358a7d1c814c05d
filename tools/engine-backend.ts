import { isDeepStrictEqual } from "node:util";
import type { Backend, Deployment, StackState } from "./backend";
import type { BackendLock } from "./backend-lock";
import { stateOf } from "./backend";

/** Runs one command of the engine and returns what it printed; its errors have the engine's own words in their message. */
export type RunEngine = (args: readonly string[], input?: string) => Promise<{ stdout: string }>;

/** What the engine exports of a stack. @param options `--show-secrets`, if its secrets are wanted in plain text */
export async function exportOf(run: RunEngine, stack: string, ...options: string[]): Promise<Deployment | undefined> {
  const { stdout } = await run(["stack", "export", ...options, "--stack", stack]);
  return (JSON.parse(stdout) as { deployment?: Deployment }).deployment;
}

/** Puts what `change` makes of a stack's deployment in its place. What of the export is not read here goes back as it came. */
export async function editDeployment(
  run: RunEngine,
  stack: string,
  change: (deployment: Deployment) => Deployment,
): Promise<void> {
  const { stdout } = await run(["stack", "export", "--stack", stack]);
  const exported = JSON.parse(stdout) as { deployment?: Deployment };
  const deployment = change(exported.deployment ?? {});
  if (isDeepStrictEqual(deployment, exported.deployment ?? {})) return;
  // By standard input: encrypted or not, a state is no file for a folder of temporary ones.
  await run(["stack", "import", "--stack", stack], JSON.stringify({ ...exported, deployment }));
}

/** Any backend that is not this checkout's folder: what only the engine can read. */
export class EngineBackend implements Backend {
  constructor(private readonly run: RunEngine) {}

  /** @throws Error of the engine, unless it says that there is no such stack */
  async state(stack: string): Promise<StackState | undefined> {
    try {
      return stateOf(await exportOf(this.run, stack));
    } catch (error) {
      // As the engine says it (pkg/cmd/pulumi/stack, RequireStack).
      if (error instanceof Error && error.message.includes(`no stack named '${stack}' found`)) return undefined;
      throw error;
    }
  }

  async stacks(): Promise<string[]> {
    const { stdout } = await this.run(["stack", "ls", "--json"]);
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  }

  /** Nobody's to take back: a lock in a place that others use may be another machine's run. The engine names it, and what frees it. */
  locks(): Promise<BackendLock[]> {
    return Promise.resolve([]);
  }

  /** What a shared place keeps of a stack that is gone is for that place's owner to decide. */
  forget(): Promise<void> {
    return Promise.resolve();
  }
}
