/** What becomes of the lab's internet when its daemon is killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Internet } from "../../lab/clouds/internet/internet";
import { run } from "../../tools/command";
import { identify, isAlive, type ProcessId } from "../../tools/processes";
import { freePorts, until } from "../acme/parts";

const folder = mkdtempSync(join(tmpdir(), "storm-internet-"));
const lab = `daemon-${process.pid}`;
afterAll(async () => {
  await new Internet({ lab, folder, say: () => undefined }).destroy();
  rmSync(folder, { recursive: true });
});

test("it goes on for a while, then ends altogether: server, authority, registry", async () => {
  const [dns = 0, services = 0, port = 0, management = 0] = await freePorts(4);
  const at = (number: number) => ({ address: "127.0.0.1", port: number });
  const listen = { dns: at(dns), services: at(services), pebble: { port, management } };
  const options = JSON.stringify({ lab, folder, listen, graceSeconds: 4 });
  const program = ["--require", "tsx/cjs", join(__dirname, "internet-daemon.ts"), options];
  const daemon = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] });
  await once(daemon.stdout, "data");
  const server = JSON.parse(readFileSync(join(folder, "server.json"), "utf8")) as ProcessId;
  const { stdout } = await run("pgrep", ["--parent", String(server.pid), "pebble"]);
  const pebble = identify(Number(stdout));
  const registry = async () =>
    (await run("docker", ["ps", "--all", "--quiet", "--filter", `label=storm.lab-internet=${lab}`])).stdout.trim();
  expect([pebble !== undefined && isAlive(pebble), (await registry()) !== ""]).toEqual([true, true]);

  const killed = Date.now();
  daemon.kill("SIGKILL");
  await until(async () => expect(isAlive(server)).toBe(false), "the end", 30);
  expect(Date.now() - killed).toBeGreaterThan(3_000);
  expect([pebble !== undefined && isAlive(pebble), await registry()]).toEqual([false, ""]);
}, 120_000);
