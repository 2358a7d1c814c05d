import type { EngineEvent } from "@pulumi/pulumi/automation";
import { UserError } from "../tools/errors";
import { checkout, storm } from "../tools/paths";
import { recover } from "../tools/recovery";
import { lockRun } from "../tools/run-lock";
import { type Output, paint, stepLine } from "../tools/report";
import { EngineError, killRun } from "./engine-run";
import { onInterrupt } from "./interrupt";
import { Progress } from "./progress";
import type { StormStack } from "./workspace";

/** What `npm start` and `npm stop` have in common: one engine operation on a stack, shown as it goes. */
export interface Operation {
  stack: StormStack;
  output: Output;
  verbose: boolean;
  /** Name of the step in the report: "Deployment". */
  step: string;
  /** The command that goes on after a failure: "npm start". */
  again: string;
  /** The message when the reasons have been shown already. */
  failed: string;
  run: (options: { onEvent: (event: EngineEvent) => void; signal: AbortSignal; color: "never" }) => Promise<unknown>;
}

/**
 * Runs an operation: progress line by line, the first Ctrl-C ends it in good order, the second at once.
 * @returns how many resources changed.
 * @throws UserError that says how to go on.
 */
export async function operate({ stack, output, verbose, step, again, failed, run }: Operation): Promise<number> {
  const progress = new Progress(output, { verbose });
  const { signal, dispose } = onInterrupt({
    first: () => output.write("Stopping in good order; press Ctrl-C again to stop at once\n"),
    second: () => killRun(checkout, stack.runName),
  });
  const began = Date.now();
  try {
    await run({ onEvent: (event) => progress.event(event), signal, color: "never" });
    return progress.changes;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Of an engine that was killed the plugins go on by themselves.
    await killRun(checkout, stack.runName);
    progress.close();
    output.write(stepLine(output, step, "fail", Date.now() - began));
    const hint = `Nothing is lost: \`${again}\` goes on from here.`;
    if (signal.aborted) throw new UserError("interrupted", [hint], 130);
    throw new UserError(progress.errors > 0 ? failed : error.message, [hint]);
  } finally {
    dispose();
  }
}

/** Does `work` as the only run on this stack; waits for another one. */
export async function alone<T>(stack: StormStack, command: string, output: Output, work: () => Promise<T>): Promise<T> {
  const lock = await lockRun(storm.folder, stack.name, command, (other) =>
    output.write(`Another run (pid ${other.pid}, ${other.command}) works on stack ${stack.name}; waiting for it\n`),
  );
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Puts right what a run that was killed left behind, saying so. */
export async function recoverStack(stack: StormStack, output: Output): Promise<void> {
  const say = (message: string) => output.write(paint(output, "dim", `Recovery: ${message}`) + "\n");
  await recover({ root: checkout, stack: stack.name, backend: stack.backend, engine: stack, say });
}
