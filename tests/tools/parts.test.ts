import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateOf } from "../../tools/backend";
import { run } from "../../tools/command";
import { isMissing } from "../../tools/debian-packages";
import { isUsable } from "../../tools/engine";
import { UserError, formatError } from "../../tools/errors";
import { createExclusively, readIfThere, writeAtomically } from "../../tools/files";
import { cacheFolder, credentialFolder } from "../../tools/paths";
import { seconds } from "../../tools/report";
import { setupMode } from "../../tools/setup-mode";
import { shellScripts } from "../../tools/shell-scripts";
import { withBuildSlot } from "../../lab/binaries/build-slots";
import { closingLine, countsOf, slowRuns, sum } from "../../tools/test-runs";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();

test("durations", () => {
  expect([40, 12_345, 125_000].map(seconds)).toEqual(["0.0s", "12.3s", "2m05s"]);
});

test("the cache and the credentials follow the XDG folders", () => {
  expect(cacheFolder({ STORM_CACHE: "/a" })).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/storm");
  expect(credentialFolder("dev", { XDG_STATE_HOME: "/c" })).toMatch(/^\/c\/storm\/[0-9a-f]{12}\/dev$/);
});

test("set-up's mode", () => {
  expect([undefined, "", "official"].map((mode) => setupMode({ STORM_SETUP: mode }))).toEqual([
    "auto",
    "auto",
    "official",
  ]);
  expect(() => setupMode({ STORM_SETUP: "magic" })).toThrow("STORM_SETUP=magic is unknown");
});

test("engines that will do", () => {
  expect(["3.220.0", "3.259.0", "3.219.9", "4.0.0", "2.1.0"].map(isUsable)).toEqual([true, true, false, false, false]);
});

test("a need is met by a program or by any of its files", () => {
  expect(isMissing({ package: "sh", program: "sh", why: "" })).toBe(false);
  expect(isMissing({ package: "x", program: "no-such-program-here", why: "" })).toBe(true);
  expect(isMissing({ package: "x", files: ["/nowhere", "/"], why: "" })).toBe(false);
});

test("a command that fails says which, how and its last words", async () => {
  const log = join(folder, "log", "x.log");
  const failing = run("sh", ["-c", "echo out; echo bad >&2; exit 3"], { log });
  await expect(failing).rejects.toMatchObject({
    message: expect.stringMatching(/ended with 3\nbad$/),
    hints: [`Whole log: ${log}`],
  });
  await expect(run("sleep", ["9"], { timeoutMs: 50 })).rejects.toThrow("did not end within 0.05 s");
  await expect(run("no-such-program", [])).rejects.toThrow("cannot run no-such-program");
});

test("errors are text, with what to do below", () => {
  expect(formatError(new UserError("no disk", ["Buy one.\nOr two."]))).toBe("error: no disk\n  Buy one.\n  Or two.");
});

test("files come whole, and exclusively where asked", () => {
  const file = join(folder, "deep", "file");
  writeAtomically(file, "one");
  expect(createExclusively(file, "two")).toBe(false);
  expect(readIfThere(file)).toBe("one");
  expect(readIfThere(`${file}.none`)).toBeUndefined();
});

test("what is read of a stack's state", () => {
  const sealed = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
  const latest = {
    pending_operations: [{}],
    resources: [
      { type: "pulumi:pulumi:Stack", outputs: { clusterId: "c1", consul: { token: sealed } } },
      { type: "storm:local:Network", inputs: { cluster: "c1" } },
      { type: "storm:local:Node", inputs: { cluster: "c1" } },
      { type: "storm:local:Service", inputs: { cluster: { ciphertext: "secret" } } },
    ],
  };
  expect(stateOf(latest)).toEqual({
    outputs: { clusterId: "c1", consul: { token: "[secret]" } },
    pendingOperations: 1,
    resources: 4,
    clusters: ["c1"],
    containers: 2,
  });
  expect([null, undefined, {}].map((none) => stateOf(none).resources)).toEqual([0, 0, 0]);
});

test("shell scripts are found by name and by first line", () => {
  const place = join(folder, "scripts");
  mkdirSync(join(place, "node_modules"), { recursive: true });
  writeFileSync(join(place, "a.sh"), "");
  writeFileSync(join(place, "b"), "#!/usr/bin/env bash\n");
  writeFileSync(join(place, "c"), "#!/usr/bin/env python3\n");
  writeFileSync(join(place, "node_modules", "d.sh"), "");
  expect(shellScripts(place)).toEqual([join(place, "a.sh"), join(place, "b")]);
});

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
    expect(slowRuns(place).map(({ title }) => title)).toEqual(["Engine suites"]);
  });
});

describe("builds side by side", () => {
  /** Most builds that ran at once, of three, with so much memory free. */
  async function most(freeBytes: number): Promise<number> {
    let now = 0;
    let seen = 0;
    const build = async () => {
      seen = Math.max(seen, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
    };
    await Promise.all([1, 2, 3].map(() => withBuildSlot(build, () => freeBytes)));
    return seen;
  }

  test("run together where there is memory, else one after another", async () => {
    expect(await most(8 * 2 ** 30)).toBe(3);
    expect(await most(2 ** 30)).toBe(1);
  });

  test("one that fails makes room for the next", async () => {
    const failing = withBuildSlot(
      () => Promise.reject(new Error("no")),
      () => 0,
    );
    const next = withBuildSlot(
      () => Promise.resolve("built"),
      () => 0,
    );
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("built");
  });
});
