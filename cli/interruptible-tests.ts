import { UserError } from "../tools/errors";
import type { Output } from "../tools/report";
import { onInterrupt } from "./interrupt";

/**
 * Runs tests that a signal can end. Ctrl-C ends them, and then what they made is taken away by `cleanUp`; a second one leaves that to
 * the next run.
 * @throws UserError with exit code 130 when they were stopped
 */
export async function interruptible<T>(
  output: Output,
  cleanUp: () => Promise<void>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, dispose } = onInterrupt({
    first: () => output.write("Stopping the tests; press Ctrl-C again to leave what they made to the next run\n"),
    second: () => process.exit(130),
  });
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await cleanUp();
    throw new UserError("interrupted", [], 130);
  } finally {
    dispose();
  }
}
