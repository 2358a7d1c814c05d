import type { EngineEvent } from "@pulumi/pulumi/automation";
import { locksIn, lockedError } from "../tools/backend-lock";
import { UserError, messageOf } from "../tools/errors";
import { checkout, storm } from "../tools/paths";
import { recover } from "../tools/recovery";
import { lockRun } from "../tools/run-lock";
import { type Output, paint, stepLine } from "../tools/report";
import { EngineError, killRun } from "./engine-run";
import { onInterrupt } from "./interrupt";
import { Progress } from "./progress";
import { recoverConfig } from "./take-back";
import type { StormStack } from "./workspace";

/** What the commands that change a stack have in common: one engine operation on a stack, shown as it goes. */
export interface Operation {
  stack: StormStack;
  /** Of `alone`. */
  signal: AbortSignal;
  output: Output;
  verbose: boolean;
  /** Name of the step in the report: "Deployment". */
  step: string;
  /** Of Progress. */
  expected?: ReadonlySet<string>;
  /** The command that goes on after a failure: "npm start". */
  again: string;
  /** The message when the reasons have been shown already. */
  failed: string;
  run: (options: { onEvent: (event: EngineEvent) => void; signal: AbortSignal; color: "never" }) => Promise<unknown>;
}

/**
 * Runs an operation: progress line by line.
 * @returns how many resources changed.
 * @throws UserError that says how to go on; also when the user stopped it and it had just come to its end.
 */
export async function operate({
  stack,
  signal,
  output,
  verbose,
  step,
  expected,
  again,
  failed,
  run,
}: Operation): Promise<number> {
  const progress = new Progress(output, { step, verbose, expected });
  const began = Date.now();
  try {
    await progress.during(() => run({ onEvent: (event) => progress.event(event), signal, color: "never" }));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Of an engine that was killed the plugins go on by themselves.
    await killRun(checkout, stack.runName);
    progress.close();
    output.write(stepLine(output, step, "fail", Date.now() - began));
    refuseLocked(stack.name, error);
    throw new UserError(progress.errors > 0 ? failed : error.message, [goesOn(again)]);
  }
  signal.throwIfAborted();
  return progress.changes;
}

/** What `alone` needs to know of a stack. */
export type Interruptible = Pick<StormStack, "name" | "runName" | "endOn">;

/**
 * Does `work` as the only run on this stack; waits for another one. The first Ctrl-C lets the engine command that runs end in good
 * order and no other begin, the second ends everything at once.
 * @param source of the signals; this process by default
 * @throws UserError with exit code 130 when the work was stopped
 */
export async function alone<T>(
  stack: Interruptible,
  command: string,
  output: Output,
  work: (signal: AbortSignal) => Promise<T>,
  source?: Parameters<typeof onInterrupt>[2],
): Promise<T> {
  const lock = await lockRun(storm.folder, stack.name, command, (other) =>
    output.write(`Another run (pid ${other.pid}, ${other.command}) works on stack ${stack.name}; waiting for it\n`),
  );
  const handlers = {
    first: () => output.write("Stopping in good order; press Ctrl-C again to stop at once\n"),
    second: () => killRun(checkout, stack.runName),
  };
  const { signal, dispose } = onInterrupt(handlers, Date.now, source);
  stack.endOn(signal);
  try {
    return await work(signal);
  } catch (error) {
    // Whatever failed then, failed because of it.
    if (signal.aborted) throw new UserError("interrupted", [goesOn(command)], 130);
    refuseLocked(stack.name, error);
    throw error;
  } finally {
    dispose();
    lock.release();
  }
}

/** @throws UserError that says by whom a stack is locked, if that is what the engine said */
function refuseLocked(stack: string, error: unknown): void {
  const locks = locksIn(messageOf(error));
  if (locks.length > 0) throw lockedError(stack, locks);
}

function goesOn(command: string): string {
  return `Nothing is lost: \`${command}\` goes on from here.`;
}

/** Puts right what a run that was killed left behind, saying so. */
export async function recoverStack(stack: StormStack, signal: AbortSignal, output: Output): Promise<void> {
  const say = (message: string) => output.write(paint(output, "dim", `Recovery: ${message}`) + "\n");
  await recover({ root: checkout, stack: stack.name, backend: stack.backend, engine: stack, signal, say });
  // Of an engine that outlived its run nothing comes any more.
  await recoverConfig(stack, output);
}
