import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deadTestStacks } from "../../cli/test-stacks";
import { runForResults, runGroup } from "../../tools/program-group";
import { countsOf } from "../../tools/run-jest";
import { closingLine, type JestRun, slowRuns, sum } from "../../tools/test-runs";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();

describe("counting", () => {
  const results = {
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 1,
    numRuntimeErrorTestSuites: 0,
  };

  test("the closing line sums all runs", () => {
    const counts = [countsOf(JSON.stringify(results), 0), { passed: 1, failed: 2, skipped: 0 }];
    expect(closingLine(sum(counts))).toBe("6 passed, 2 failed, 2 skipped");
  });

  test("a suite that does not load, a jest that fails without a failed test and one without results are failures", () => {
    expect(countsOf(JSON.stringify({ ...results, numRuntimeErrorTestSuites: 1 }), 1).failed).toBe(1);
    expect(countsOf(JSON.stringify(results), 1).failed).toBe(1);
    expect(countsOf(undefined, 0).failed).toBe(1);
  });

  test("slow suites run only where there are any", () => {
    const place = join(folder, "checkout");
    mkdirSync(join(place, "tests", "conformance"), { recursive: true });
    const titles = () => Object.values(slowRuns(place)).map((runs: JestRun[]) => runs.map(({ title }) => title));
    expect(titles()).toEqual([["Engine suites"], [], []]);
    mkdirSync(join(place, "tests", "local"));
    mkdirSync(join(place, "tests", "booted-clouds"));
    mkdirSync(join(place, "tests", "previews"));
    expect(titles()).toEqual([["Engine suites", "Docker suites"], ["Booted clouds"], ["Patient suites"]]);
    const suites = () => slowRuns(place).booting[0]?.args.at(-1);
    jest.replaceProperty(process, "env", { ...process.env, STORM_LONG: undefined });
    expect(suites()).toBe("--testPathPatterns=/tests/booted-clouds/three-clouds");
    jest.replaceProperty(process, "env", { ...process.env, STORM_LONG: "1" });
    expect(suites()).toBe("--testPathPatterns=/tests/(booted-clouds)/");
    jest.restoreAllMocks();
  });
});

/** Waits for a file that a process writes. */
async function written(file: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    if (existsSync(file) && readFileSync(file, "utf8").endsWith("\n")) return readFileSync(file, "utf8");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${file} was not written within 5 s`);
}

test("an interrupt reaches jest and what its tests have started, and is no result", async () => {
  const [begun, asked] = [join(folder, "begun"), join(folder, "asked")];
  const child = `trap "echo asked >${asked}; exit 0" INT; echo begun >${begun}; while :; do sleep 0.05; done`;
  const controller = new AbortController();
  const running = runGroup("sh", ["-c", 'sh -c "$0"; exit 1', child], { env: process.env, signal: controller.signal });
  await written(begun);
  controller.abort();
  expect(await written(asked)).toBe("asked\n");
  expect(await running).not.toBe(0);
  expect(() => runGroup("true", [], { env: process.env, signal: controller.signal })).toThrow(/aborted/);
});

test("a group that yields has the lowest priority, among its session's and against others", async () => {
  let said = "";
  const { signal } = new AbortController();
  const onOutput = (text: string) => void (said += text);
  // Its priority is set while it starts.
  const script = "sleep 0.2; nice; cat /proc/self/autogroup 2>&1";
  expect(await runGroup("sh", ["-c", script], { env: process.env, signal, yielding: true, onOutput })).toBe(0);
  expect(said).toMatch(/^19\n(.* nice 19|.*No such file.*)\n$/);
});

test("what goes on after its results were written is interrupted", async () => {
  const results = join(folder, "results");
  const { signal } = new AbortController();
  const run = (script: string) =>
    runForResults("sh", ["-c", script, results], { env: process.env, signal }, results, 500);
  expect(await run('echo "{}" >"$0"; exec sleep 60')).toBeUndefined();
  expect(await run("exit 3")).toBe(3);
});

test("stacks of dead test runs are told from those of living ones and from the user's", () => {
  const isAlive = (pid: number) => pid === 12;
  expect(deadTestStacks(["dev", "t12", "t13", "test", "t1x"], isAlive)).toEqual(["t13"]);
  expect(deadTestStacks([`t${process.pid}`])).toEqual([]);
  const rehearsals = ["dev", "demo", "c12", "l13", "t13", "c13x"];
  expect(deadTestStacks(rehearsals, isAlive, /^[a-z](\d+)$/)).toEqual(["l13", "t13"]);
});
