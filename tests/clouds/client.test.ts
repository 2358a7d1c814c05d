/** A daemon is one process for a lab, comes up again after a SIGKILL with what it knew, and ends when it is told to. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labCommand, labEnvironment, labStatus, startDaemon, stopDaemon } from "../../lab/clouds/client";
import { isAlive, type ProcessId, sleep } from "../../tools/processes";

jest.setTimeout(120_000);

const folder = join(mkdtempSync(join(tmpdir(), "storm-client-")), "lab");
const program = join(__dirname, "support/fake-daemon.ts");
const settings = { lab: "test", image: "image:1" };
const start = (image = settings.image) => startDaemon(folder, { ...settings, image }, program);
const daemon = () => JSON.parse(readFileSync(join(folder, "daemon.pid"), "utf8")) as ProcessId;

afterAll(async () => {
  await stopDaemon(folder);
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

async function gone(process: ProcessId): Promise<void> {
  for (const until = Date.now() + 10_000; isAlive(process); await sleep(20))
    if (Date.now() > until) throw new Error(`process ${process.pid} is still there`);
}

test("started twice at once there is one, and only its owner can ask it", async () => {
  await Promise.all([start(), start()]);
  const first = daemon();
  await start();
  expect(daemon()).toEqual(first);
  expect(await labStatus(folder)).toMatchObject({ machines: [], resources: [], failure: "" });
  const { STORM_LAB_SOCKET: socket } = labEnvironment(folder);
  expect(statSync(socket).mode & 0o077).toBe(0);
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test("after a SIGKILL another one goes on with what is on disk; other settings are another daemon", async () => {
  await labCommand(folder, { do: "quota", cloud: "azure", count: 7 });
  const first = daemon();
  process.kill(first.pid, "SIGKILL");
  await gone(first);
  await start();
  expect((await labStatus(folder)).faults.quota).toEqual({ "azure-native": 7 });
  const second = daemon();
  await start("image:2");
  expect(isAlive(second)).toBe(false);
  expect((await labStatus(folder)).faults.quota).toEqual({ "azure-native": 7 });
});

test("a command that cannot be done says why", async () => {
  await expect(labCommand(folder, { do: "stop", machine: "web-1" })).rejects.toThrow("there is no machine web-1");
  // As somebody could send it past the types.
  const wrong = { do: "quota", cloud: "mars" } as unknown as Parameters<typeof labCommand>[1];
  await expect(labCommand(folder, wrong)).rejects.toThrow(/cloud: /);
});

test("destroyed, it leaves nothing of its clouds; without a daemon nothing is to stop", async () => {
  const last = daemon();
  await stopDaemon(folder, { destroy: true });
  expect(isAlive(last)).toBe(false);
  expect(existsSync(join(folder, "clouds"))).toBe(false);
  await stopDaemon(folder);
  await expect(labStatus(folder)).rejects.toThrow("the lab's daemon does not answer");
});

test("one that cannot start says so with its log", async () => {
  await expect(startDaemon(folder, settings, join(folder, "no-such-program.ts"))).rejects.toThrow(
    "the lab's daemon does not come up",
  );
});
