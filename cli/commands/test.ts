import { delimiter, dirname } from "node:path";
import { UserError, formatError } from "../../tools/errors";
import { stepLine, type Output } from "../../tools/report";
import { setUpLab } from "../../tools/setup";
import { onInterrupt } from "../interrupt";
import { sweepTestStacks } from "../test-stacks";
import { setUpTests } from "../../tools/test-needs";
import { type Counts, closingLine, fastRun, runChecks, runJest, slowRuns, sum } from "../../tools/test-runs";

export interface TestOptions {
  /** Only what needs neither engine nor containers. */
  fast?: boolean;
}

/** `npm test`: gets what the tests need, runs all of them, and ends with one line that sums them up. */
export async function test(options: TestOptions, output: Output): Promise<void> {
  const began = Date.now();
  const counts = sum(options.fast ? await fastTests(output) : await allTests(output));
  output.write(stepLine(output, "All tests", counts.failed === 0 ? "ok" : "fail", Date.now() - began));
  output.write(closingLine(counts) + "\n");
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

async function fastTests(output: Output): Promise<Counts[]> {
  const ready = await orFailure(output, () => setUpTests(output, true));
  if ("failed" in ready) return [ready];
  const env = { ...process.env, STORM_FERRETDB: ready.ferretdb };
  return interruptible(output, (signal) =>
    Promise.all([runJest(fastRun(), { env, output, signal }), runChecks(output)]),
  );
}

async function allTests(output: Output): Promise<Counts[]> {
  const ready = await orFailure(output, async () => ({
    ...(await setUpLab(output)),
    ...(await setUpTests(output, false)),
  }));
  if ("failed" in ready) return [ready];
  const engineFolder = dirname(ready.engine.path);
  const env = {
    ...process.env,
    PATH: [engineFolder, process.env.PATH ?? ""].join(delimiter),
    STORM_ENGINE_DIR: engineFolder,
    STORM_FERRETDB: ready.ferretdb,
  };
  await sweepTestStacks(output);
  return interruptible(output, async (signal) => {
    const counts = await Promise.all([runJest(fastRun(), { env, output, signal }), runChecks(output)]);
    for (const each of slowRuns()) counts.push(await runJest(each, { env, output, signal }));
    return counts;
  });
}

/** Ctrl-C ends the tests and takes away the cluster that they made; a second one leaves that to the next run. */
async function interruptible<T>(output: Output, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, dispose } = onInterrupt({
    first: () => output.write("Stopping the tests; press Ctrl-C again to leave what they made to the next run\n"),
    second: () => process.exit(130),
  });
  try {
    return await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await sweepTestStacks(output);
    throw new UserError("interrupted", [], 130);
  } finally {
    dispose();
  }
}

/** Set-up that fails is one failed test: the closing line comes all the same. */
async function orFailure<T>(output: Output, work: () => Promise<T>): Promise<T | Counts> {
  try {
    return await work();
  } catch (error) {
    output.write(formatError(error) + "\n");
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
