import { delimiter, dirname } from "node:path";
import { together } from "../../lab/binaries/together";
import { formatError } from "../../tools/errors";
import { stepLine, type Output } from "../../tools/report";
import { setUpLab } from "../../tools/setup";
import { interruptible } from "../interruptible-tests";
import { sweepTestStacks } from "../test-stacks";
import { setUpFastTests, setUpTests } from "../../tools/test-needs";
import { runChecks } from "../../tools/checks";
import { runJest } from "../../tools/run-jest";
import { type Counts, closingLine, fastRun, type JestRun, slowRuns, sum } from "../../tools/test-runs";

export interface TestOptions {
  /** Only what needs neither engine, containers nor database. */
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
  const failure = await orFailure(output, () => setUpFastTests(output));
  if (failure) return [failure];
  return interruptible(
    output,
    () => sweepTestStacks(output),
    async (signal) => [await runJest(fastRun(), { env: process.env, output, signal })],
  );
}

async function allTests(output: Output): Promise<Counts[]> {
  const ready = await orFailure(output, async () => ({
    ...(await setUpLab(output)),
    ...(await setUpTests(output)),
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
  return interruptible(
    output,
    () => sweepTestStacks(output),
    async (signal) => {
      const surroundings = { env, output, signal };
      const inTurn = async (runs: JestRun[]) => {
        const counts: Counts[] = [];
        for (const each of runs) counts.push(await runJest(each, surroundings));
        return counts;
      };
      const { sideBySide, booting, patient } = slowRuns();
      const fast = await inTurn([fastRun()]);
      const first = await together(...sideBySide.map((each) => inTurn([each])));
      const quiet = runChecks(surroundings).then(async (checks) => [checks, ...(await inTurn(patient))]);
      return [fast, ...first, ...(await together(inTurn(booting), quiet))].flat();
    },
  );
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
