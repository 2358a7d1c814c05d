import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cachedFolder, findCached } from "../../lab/binaries/cached-folder";
import { isIntact, sealFolder, shortHash } from "../../lab/binaries/checksums";
import { locked } from "../../lab/binaries/locked";
import { eventually } from "../cluster/lab";

const silent = () => undefined;
let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "storm-cache-test-"));
});
afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
});

function writer(text: string, calls: string[] = []): (folder: string) => Promise<void> {
  return async (folder) => {
    calls.push(text);
    writeFileSync(join(folder, "file"), text);
  };
}

describe("a folder of the cache", () => {
  test("is made once", async () => {
    const calls: string[] = [];
    const first = await cachedFolder(cache, "bin/tool", silent, writer("a", calls));
    const second = await cachedFolder(cache, "bin/tool", silent, writer("b", calls));
    expect([first, second]).toEqual([join(cache, "bin/tool"), join(cache, "bin/tool")]);
    expect(calls).toEqual(["a"]);
    expect(await findCached(cache, "bin/tool")).toBe(first);
  });

  test("is made once by several at a time", async () => {
    const calls: string[] = [];
    const slow = async (folder: string) => {
      await new Promise((done) => setTimeout(done, 100));
      await writer("a", calls)(folder);
    };
    await Promise.all([1, 2, 3].map(() => cachedFolder(cache, "bin/tool", silent, slow)));
    expect(calls).toEqual(["a"]);
  });

  test("is made again when a file of it changed, and says so", async () => {
    const folder = await cachedFolder(cache, "tool", silent, writer("good"));
    writeFileSync(join(folder, "file"), "evil");
    expect(await findCached(cache, "tool")).toBeUndefined();
    const lines: string[] = [];
    await cachedFolder(cache, "tool", (line) => lines.push(line), writer("good"));
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("good");
    expect(lines).toEqual([`${folder} is damaged: making it again`]);
  });

  test("is not there when making it failed, nor are its parts", async () => {
    const failing = async (folder: string) => {
      await writer("half")(folder);
      throw new Error("no disk");
    };
    await expect(cachedFolder(cache, "tool", silent, failing)).rejects.toThrow("no disk");
    expect(readdirSync(cache)).toEqual(["locks"]);
  });

  test("takes away what a dead set-up left, and nothing else", async () => {
    for (const name of ["tool.making-1-1", "tool.making-2-2", "tools", "tool-2.making-3-3"]) {
      mkdirSync(join(cache, name, "deep"), { recursive: true });
    }
    await cachedFolder(cache, "tool", silent, writer("a"));
    expect(readdirSync(cache).sort()).toEqual(["locks", "tool", "tool-2.making-3-3", "tools"]);
  });
});

test("a sealed folder is intact until a file changes or goes", async () => {
  const folder = join(cache, "sealed");
  mkdirSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(folder, "sub", "b"), "2");
  expect(await isIntact(folder)).toBe(false);
  await sealFolder(folder);
  expect(await isIntact(folder)).toBe(true);
  rmSync(join(folder, "sub", "b"));
  expect(await isIntact(folder)).toBe(false);
});

test("a hash tells its parts apart", () => {
  expect(shortHash("ab", "c")).not.toBe(shortHash("a", "bc"));
  expect(shortHash("a")).toMatch(/^[0-9a-f]{12}$/);
});

describe("a lock", () => {
  test("lets one after the other in", async () => {
    const file = join(cache, "lock");
    const order: string[] = [];
    const work = (name: string) =>
      locked(file, silent, async () => {
        order.push(`${name} in`);
        await new Promise((done) => setTimeout(done, 50));
        order.push(`${name} out`);
      });
    await Promise.all([work("a"), work("b")]);
    expect(order.map((entry) => entry.split(" ")[1])).toEqual(["in", "out", "in", "out"]);
  });

  test("is free after work that failed", async () => {
    const file = join(cache, "lock");
    await expect(locked(file, silent, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await locked(file, silent, async () => "yes")).toBe("yes");
  });

  test("is free as soon as its owner was killed", async () => {
    const file = join(cache, "lock");
    const held = join(cache, "held");
    const script = `
      const { locked } = require(${JSON.stringify(resolve(__dirname, "../../lab/binaries/locked"))});
      locked(${JSON.stringify(file)}, () => {}, () => new Promise(() => {
        require("node:fs").writeFileSync(${JSON.stringify(held)}, "");
        setInterval(() => {}, 1000);
      }));`;
    const owner = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", script], { stdio: "ignore" });
    const ended = new Promise((done) => owner.on("exit", done));
    await eventually(20, "the lock in the other process", async () => existsSync(held) || undefined);
    owner.kill("SIGKILL");
    await ended;
    expect(await locked(file, silent, async () => "mine")).toBe("mine");
  }, 30_000);
});
