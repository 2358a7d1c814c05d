/** What is asked of the stand-ins beyond the official plugins' behaviour: quick, tidy, and gone with their engine. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { Readable } from "node:stream";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { remote } from "@pulumi/command";
import { PLUGINS, type PluginName } from "../../lab/plugins/bundle";
import { installPlugins, pluginFolder } from "../../lab/plugins/install";
import type { ValueMap } from "../../lab/plugins/shared/values";
import { SelfSignedCert } from "../../lab/plugins/tls/self-signed-cert";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";
import { connectionTo, startSshd, type Sshd } from "./sshd";

jest.setTimeout(SUITE_TIMEOUT_MS);

/** A bare Node.js takes some 40 ms on an idle machine. */
const START_RATIO = 8;
const EXIT_LIMIT_MS = 5_000;
const names = Object.keys(PLUGINS) as PluginName[];
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "storm-standin-"));
  await Promise.all([installPlugins(home), installPlugins(home)]);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const launcher = (name: PluginName): string => join(pluginFolder(home, name), `pulumi-resource-${name}`);

describe.each(names)("%s", (name) => {
  it("is installed whole by two installations at once, and left alone by the next", async () => {
    const folder = pluginFolder(home, name);
    expect((await readdir(folder)).sort()).toEqual(["plugin.cjs", "plugin.sha256", `pulumi-resource-${name}`].sort());
    const before = await stat(join(folder, "plugin.cjs"));
    await installPlugins(home, [name]);
    expect((await stat(join(folder, "plugin.cjs"))).mtimeMs).toBe(before.mtimeMs);
  });

  it(`starts within ${START_RATIO} times the start of a bare Node.js, and ends on SIGINT`, async () => {
    const ratios: number[] = [];
    // The best of several: the machine may be busy with other suites.
    for (let run = 0; run < 5 && !ratios.some((ratio) => ratio < START_RATIO); run += 1) {
      const bare = spawn(process.execPath, ["-e", "console.log(1)"], { stdio: ["ignore", "pipe", "inherit"] });
      const bareTime = await firstWord(bare);
      const plugin = spawn(launcher(name), ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
      ratios.push((await firstWord(plugin)) / bareTime);
      const exited = once(plugin, "exit");
      plugin.kill("SIGINT");
      expect(await exited).toEqual([0, null]);
    }
    expect(Math.min(...ratios)).toBeLessThan(START_RATIO);
  });

  it("ends by itself when its engine was killed", async () => {
    const script = `${launcher(name)} 127.0.0.1:1 & echo $!; wait`;
    const engine = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    engine.stdout.on("data", (data: Buffer) => (said += data.toString()));
    await until(() => said.split("\n").length > 2).finally(() => engine.kill("SIGKILL"));
    await until(() => !alive(Number(said.split("\n")[0])));
  });
});

it("notes on a refresh that a certificate has come due, which no suite can wait for", () => {
  const state = (hoursLeft: number): ValueMap => ({
    validityPeriodHours: 48,
    earlyRenewalHours: 2,
    validityEndTime: new Date(Date.now() + hoursLeft * 3_600_000).toISOString(),
    readyForRenewal: false,
    allowedUses: [],
  });
  const renewed = (hoursLeft: number): unknown[] => [
    SelfSignedCert.read?.(state(hoursLeft))["readyForRenewal"],
    SelfSignedCert.diff({}, state(hoursLeft), state(hoursLeft))["readyForRenewal"],
  ];
  expect(renewed(3)).toEqual([false, undefined]);
  expect(renewed(1)).toEqual([true, { kind: "update", replace: true }]);
});

describe("a remote command under way", () => {
  let lab: Lab;
  let sshd: Sshd;
  beforeEach(async () => {
    lab = await Lab.start("command", false);
    sshd = await startSshd(join(lab.dir, "sshd"));
  });
  afterEach(async () => {
    await lab?.stop();
    await sshd?.stop();
  });

  it("is ended when the update is cancelled", async () => {
    const cancel = new AbortController();
    const [update, pid] = await underWay(cancel.signal);
    cancel.abort();
    expect(await update).not.toBe("");
    await until(() => !alive(pid));
  });

  it("is ended when the engine is killed", async () => {
    const [update, pid] = await underWay();
    for (const engine of await childrenNamed("pulumi")) {
      process.kill(engine, "SIGKILL");
    }
    expect(await update).not.toBe("");
    await until(() => !alive(pid));
  });

  /** An update in the midst of a command that would run for long, and that command's process. */
  async function underWay(signal?: AbortSignal): Promise<[update: Promise<string>, pid: number]> {
    const pidFile = join(lab.dir, "command.pid");
    const program = async (): Promise<void> => {
      new remote.Command("long", { connection: connectionTo(sshd), create: `echo $$ > ${pidFile}; sleep 300` });
    };
    const update = lab.up(program, signal).then(
      () => "",
      (error: Error) => error.message,
    );
    let pid = 0;
    await until(async () => (pid = Number(await readFile(pidFile, "utf8").catch(() => ""))) > 0);
    return [update, pid];
  }
});

/** Milliseconds from now, right after the start, to the first output: a port, for a plugin. */
async function firstWord(program: ChildProcessByStdio<null, Readable, null>): Promise<number> {
  const started = performance.now();
  const [data] = (await once(program.stdout, "data")) as [Buffer];
  expect(data.toString()).toMatch(/^\d+\n$/);
  return performance.now() - started;
}

/** Processes started by this one. */
async function childrenNamed(name: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(join("/proc", pid, "status"), "utf8").catch(() => "");
      return status.startsWith(`Name:\t${name}\n`) && status.includes(`\nPPid:\t${process.pid}\n`) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + EXIT_LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`still not so after ${EXIT_LIMIT_MS} ms: ${condition.toString()}`);
    }
    await sleep(50);
  }
}
