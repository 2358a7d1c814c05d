import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command";
import { messageOf } from "./errors";
import { checkout, storm } from "./paths";
import { type Output, stepLine } from "./report";
import { shellScripts } from "./shell-scripts";

/** Tests counted the way the closing line shows them. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function sum(all: readonly Counts[]): Counts {
  const total = (key: keyof Counts) => all.reduce((before, counts) => before + counts[key], 0);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
}

/** The line that CI reads. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Suites that need the engine, a database, the type checker or minutes, each in folders and at ports of its own: side by side. */
const engine = ["acme", "conformance", "enrolment", "guestbook", "policy", "previews", "types", "upgrade"];
/** Those that make containers and networks: one after another, they share one machine. Every other folder of tests/ is a fast one. */
const docker = ["clouds", "lab-image", "local"];
const booted = ["cluster"];
const clouds = ["booted-clouds"];
/** Of these `npm test` takes the suite that has the most of it in the least time; `npm run test:long` takes all. */
const CLOUDS_SUITE = "booted-clouds/three-clouds";

/** What the suites' time limits are made for. Not what Node.js counts: a container may show all of its host's and have a share of two. */
const PROCESSORS = Number(process.env.STORM_TEST_PROCESSORS ?? 2);

/** One call of jest. */
export interface JestRun {
  title: string;
  args: string[];
  /** It asks nobody outside of this machine: Node.js, which such suites start often, then needs half the time to start. */
  local?: boolean;
}

export function fastRun(): JestRun {
  return {
    title: "Fast suites",
    local: true,
    args: [
      `--maxWorkers=${PROCESSORS}`,
      `--testPathIgnorePatterns=/tests/(${[...engine, ...docker, ...booted, ...clouds].join("|")})/`,
    ],
  };
}

/**
 * The slow ones, one step after another; the runs of a step go side by side. What the Docker suites wait for (machines that boot, packets
 * that nobody answers) is processor time for the engine's; those that boot clusters hold what they see against seconds: alone.
 */
export function slowRuns(root = checkout): JestRun[][] {
  const there = (folder: string) => existsSync(join(root, "tests", folder));
  const run = (
    title: string,
    all: string[],
    args: string[],
    more: { suites?: string; local?: boolean } = {},
  ): JestRun[] => {
    const found = all.filter(there);
    if (found.length === 0) return [];
    const { suites = `(${found.join("|")})/`, local } = more;
    return [{ title, local, args: [...args, `--testPathPatterns=/tests/${suites}`] }];
  };
  const suites = process.env.STORM_LONG === "1" ? undefined : CLOUDS_SUITE;
  const steps = [
    // Half as many again as processors: now and then each waits for a disk or for another process.
    [
      ...run("Engine suites", engine, [`--maxWorkers=${Math.ceil(1.5 * PROCESSORS)}`], { local: true }),
      ...run("Docker suites", docker, ["--runInBand"]),
    ],
    run("Cluster suites", booted, ["--runInBand"]),
    run("Booted clouds", clouds, ["--runInBand"], { suites }),
  ];
  return steps.filter((runs) => runs.length > 0);
}

export interface JestSurroundings {
  env: NodeJS.ProcessEnv;
  output: Output;
  /** Ends jest, and whatever its tests have started. */
  signal: AbortSignal;
}

/** Runs jest with its usual report on the terminal; counts come from its result file. */
export async function runJest(
  { title, args, local }: JestRun,
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
  const code = await runForResults(process.execPath, all, own, signal, file);
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

/** Time for a program to end that has written its results. */
const LINGER_MS = 60_000;

/**
 * As `runGroup`, for a program that is done once its results are in a file: jest waits for ever for what a failed test has left running.
 * @returns its exit code, undefined if it had to be interrupted
 */
export async function runForResults(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  results: string,
  lingerMs = LINGER_MS,
): Promise<number | undefined> {
  const late = new AbortController();
  let since: number | undefined;
  const watch = setInterval(() => {
    if (since === undefined && existsSync(results)) since = Date.now();
    if (since !== undefined && Date.now() - since > lingerMs) late.abort();
  }, lingerMs / 20);
  try {
    const code = await runGroup(program, args, env, AbortSignal.any([signal, late.signal]));
    return late.signal.aborted ? undefined : code;
  } finally {
    clearInterval(watch);
  }
}

/**
 * Runs a program as the leader of a process group, to which the abort goes as an interrupt: its children get it too, once, and not
 * from the terminal as well. What it says on standard error is shown.
 * @returns its exit code
 */
export function runGroup(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // jest's report goes to standard error, and with --json nothing of use to standard output.
    const child = spawn(program, args, { cwd: checkout, env, detached: true, stdio: ["ignore", "ignore", "inherit"] });
    const interrupt = () => void (child.pid !== undefined && process.kill(-child.pid, "SIGINT"));
    signal.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on("exit", (status) => {
      signal.removeEventListener("abort", interrupt);
      resolve(status ?? 1);
    });
  });
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

/** Type check, lint, format and shellcheck: one test each. */
export async function runChecks(output: Output): Promise<Counts> {
  const bin = (name: string) => join(checkout, "node_modules", ".bin", name);
  const checks: [title: string, program: string, args: string[]][] = [
    ["Type check", bin("tsc"), ["--noEmit"]],
    ["Lint", bin("eslint"), [".", "--max-warnings", "0"]],
    ["Format", bin("prettier"), ["--check", "--log-level", "warn", "."]],
    ["Shell scripts", "shellcheck", shellScripts(checkout)],
  ];
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [title, program, args] of checks) {
    const began = Date.now();
    const problem = await run(program, args, { cwd: checkout, allowFailure: true }).then(
      ({ code, stdout, stderr }) => (code === 0 ? undefined : `${stdout}${stderr}`),
      messageOf,
    );
    counts[problem === undefined ? "passed" : "failed"]++;
    output.write(stepLine(output, title, problem === undefined ? "ok" : "fail", Date.now() - began));
    if (problem !== undefined) output.write(problem.trimEnd() + "\n");
  }
  return counts;
}
