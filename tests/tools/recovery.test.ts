import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FolderBackend } from "../../tools/backend";
import { identify, isAlive, runProcesses } from "../../tools/processes";
import { orphansOf, recover } from "../../tools/recovery";
import { deadProcess, startProcess, temporaryFolder } from "./support";

const root = temporaryFolder();
const run = (kind: string, owner: { pid: number; start: string }) => [kind, owner.pid, owner.start].join(":");

/** Recovery against a backend folder, with an engine that only writes down what it is asked to do. */
async function recoverStack(
  state: string,
  signal?: AbortSignal,
  failing = false,
): Promise<{ asked: string[]; said: string[] }> {
  const asked: string[] = [];
  const said: string[] = [];
  const engine = {
    cancel: async (name: string) => void asked.push(`cancel ${name}`),
    refreshClearingPendingCreates: async (name: string) => void asked.push(`refresh ${name}`),
    runAgain: async (name: string, urns: readonly string[]) => {
      if (failing) throw new Error("killed");
      asked.push(`run ${urns.join(" ")} of ${name} again`);
    },
  };
  const backend = new FolderBackend(state, "storm");
  const say = (message: string) => void said.push(message);
  await recover({ root, stack: "dev", backend, engine, say, signal, graceMs: 200 });
  return { asked, said };
}

function stateFolder(name: string, latest: object | undefined, lockPid?: number, lock: object = {}): string {
  const state = join(root, name, ".pulumi");
  mkdirSync(join(state, "stacks", "storm"), { recursive: true });
  if (latest) writeFileSync(join(state, "stacks", "storm", "dev.json"), JSON.stringify({ checkpoint: { latest } }));
  if (lockPid !== undefined) {
    const locks = join(state, "locks", "organization", "storm", "dev");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "a.json"), JSON.stringify({ pid: lockPid, ...lock }));
  }
  return join(root, name);
}

test("nothing is done where nothing was left", async () => {
  expect(await recoverStack(stateFolder("clean", { resources: [] }))).toEqual({ asked: [], said: [] });
});

test("processes of a dead run are ended, those of a living one and of another stack stay", async () => {
  const dead = await deadProcess();
  const self = identify(process.pid) ?? dead;
  const orphan = await startProcess({ STORM_ROOT: root, STORM_RUN: run("dev", dead) });
  const deaf = await startProcess(
    { STORM_ROOT: root, STORM_RUN: run("dev", dead) },
    "trap '' TERM; while :; do sleep 1; done",
  );
  const ours = await startProcess({ STORM_ROOT: root, STORM_RUN: run("dev", self) });
  const other = await startProcess({ STORM_ROOT: root, STORM_RUN: run("prod", dead) });
  const elsewhere = await startProcess({ STORM_ROOT: "/another/checkout", STORM_RUN: run("dev", dead) });
  const { said } = await recoverStack(stateFolder("orphans", { resources: [] }));
  const lives = (child: { pid?: number }) => identify(child.pid ?? 0) !== undefined;
  expect([orphan, deaf].map(lives)).toEqual([false, false]);
  expect([ours, other, elsewhere].map(lives)).toEqual([true, true, true]);
  expect(said).toEqual([expect.stringMatching(/^ending \d+ processes of a run that died$/)]);
}, 20_000);

test("a lock that nobody holds is taken back, and pending operations lead to a refresh", async () => {
  const { pid } = await deadProcess();
  const state = stateFolder("locked", { resources: [], pending_operations: [{ type: "creating" }] }, pid);
  expect((await recoverStack(state)).asked).toEqual(["cancel dev", "refresh dev"]);
});

const updating = {
  type: "updating",
  resource: { type: "command:remote:Command", urn: "urn:stack-demo" },
};

test("a command that was cut off is to be run again, also when this is cut off after the engine has forgotten about it", async () => {
  const state = stateFolder("cut-off", { resources: [], pending_operations: [updating] });
  await expect(recoverStack(state, undefined, true)).rejects.toThrow("killed");
  stateFolder("cut-off", { resources: [], pending_operations: [] });
  expect((await recoverStack(state)).asked).toEqual(["run urn:stack-demo of dev again"]);
  expect(await recoverStack(state)).toEqual({ asked: [], said: [] });
});

test("a lock of another machine is not taken back: it is told whose it is", async () => {
  const owner = { username: "alice", hostname: "another-machine", timestamp: "2026-11-26T08:41:12Z" };
  const state = stateFolder("elsewhere", { resources: [], pending_operations: [{}] }, 1, owner);
  await expect(recoverStack(state)).rejects.toThrow(
    "stack dev is locked by alice@another-machine (pid 1) since 2026-11-26 08:41:12 UTC",
  );
});

/** A process that the kernel calls "pulumi". */
async function startEngine(env: Record<string, string>): Promise<number> {
  const program = join(root, "pulumi");
  if (!existsSync(program)) copyFileSync("/bin/sleep", program);
  return (await startProcess(env, `exec ${program} 60`)).pid ?? 0;
}

test("a lock whose number is another checkout's engine by now is nobody's", async () => {
  const state = stateFolder("recycled", { resources: [] }, await startEngine({ STORM_ROOT: "/another/checkout" }));
  expect((await recoverStack(state)).asked).toEqual(["cancel dev"]);
});

test.each([{ STORM_ROOT: root }, {}])(
  "a living engine is waited for, until the user does not want to: %j",
  async (env) => {
    const pid = await startEngine(env as Record<string, string>);
    const state = stateFolder(`living${pid}`, { resources: [] }, pid);
    await expect(recoverStack(state, AbortSignal.timeout(300))).rejects.toThrow(/timeout/);
    expect(identify(pid)).toBeDefined();
  },
);

test("of a run by hand, a living engine is the run, even without its owner", () => {
  const owner = { pid: 2 ** 22 + 1, start: "5" };
  const plugin = { pid: 1, start: "1", command: "node", run: { kind: "cli", owner } };
  const engine = { pid: 2, start: "1", command: "pulumi", run: { kind: "cli", owner } };
  expect(orphansOf([plugin, engine], "dev")).toEqual([]);
  expect(orphansOf([plugin], "dev")).toEqual([plugin]);
});

test("processes are found by what they inherited, and told apart from later ones by their start", async () => {
  const dead = await deadProcess();
  const child = await startProcess({ STORM_ROOT: `${root}/x`, STORM_RUN: run("dev", dead) });
  const [found] = runProcesses(`${root}/x`);
  expect(found).toMatchObject({ pid: child.pid, command: "sleep", run: { kind: "dev", owner: dead } });
  expect(isAlive({ pid: child.pid ?? 0, start: "1" })).toBe(false);
  expect(isAlive({ pid: child.pid ?? 0, start: found?.start ?? "" })).toBe(true);
});
