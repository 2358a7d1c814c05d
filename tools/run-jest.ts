import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkout, storm } from "./paths";
import { runForResults } from "./program-group";
import { type Output, stepLine } from "./report";
import { closingLine, type Counts, type JestRun } from "./test-runs";

export interface JestSurroundings {
  env: NodeJS.ProcessEnv;
  output: Output;
  /** Ends jest, and whatever its tests have started. */
  signal: AbortSignal;
}

/** Runs jest with its usual report on the terminal; counts come from its result file. */
export async function runJest(
  { title, args, local, yielding }: JestRun,
  { env, output, signal }: JestSurroundings,
): Promise<Counts> {
  const began = Date.now();
  const file = join(storm.logs, `jest-${process.pid}-${title.toLowerCase().replace(/\W+/g, "-")}.json`);
  mkdirSync(storm.logs, { recursive: true });
  rmSync(file, { force: true });
  const jest = join(checkout, "node_modules", "jest", "bin", "jest.js");
  // Without --testMatch jest takes spec/spec.ts and cli/commands/test.ts for suites.
  // --ci: a snapshot that is not there fails, it is not written.
  const options = ["--ci", "--rootDir", checkout, "--testMatch=**/tests/**/*.test.ts", "--passWithNoTests"];
  // What a test has made lives for as long as the test: moved twice, it costs a quarter of a suite's time. MiB; V8's own are 16.
  const all = ["--max-semi-space-size=128", jest, ...options, "--json", `--outputFile=${file}`, ...args];
  // Node.js reads these certificates whenever it starts.
  const own = local ? { ...env, NODE_EXTRA_CA_CERTS: undefined } : env;
  // jest's report goes to standard error, and with --json nothing of use to standard output.
  const code = await runForResults(process.execPath, all, { env: own, signal, yielding }, file);
  signal.throwIfAborted();
  if (code === undefined)
    output.write(`${title}: what the tests had started went on after the last of them, and was interrupted\n`);
  const counts = countsOf(existsSync(file) ? readFileSync(file, "utf8") : undefined, code ?? 1);
  rmSync(file, { force: true });
  output.write(
    stepLine(output, `${title} (${closingLine(counts)})`, counts.failed === 0 ? "ok" : "fail", Date.now() - began),
  );
  return counts;
}

interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
}

/** A suite that did not even load counts as one failure, and so does a jest that left no result. */
export function countsOf(json: string | undefined, code: number): Counts {
  if (json === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const results = JSON.parse(json) as JestResults;
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
