import { EventEmitter } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineError, killRun, runEngine } from "../../cli/engine-run";
import { onInterrupt } from "../../cli/interrupt";
import { identify, ownRunName } from "../../tools/processes";
import { startProcess, temporaryFolder } from "../tools/support";

const folder = temporaryFolder();

function engine(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("runs without prompts and hands on what is printed", async () => {
  const heard: string[] = [];
  const onOutput = (text: string) => void heard.push(text);
  const { stdout } = await runEngine(engine("echo", 'echo "$@"'), ["up"], folder, process.env, { onOutput });
  expect(stdout).toBe("up --non-interactive\n");
  expect(heard.join("")).toBe(stdout);
});

test("a failure carries the engine's words; a kill says so", async () => {
  const failing = runEngine(engine("fail", "echo bad >&2; exit 255"), ["up"], folder, process.env);
  await expect(failing).rejects.toMatchObject({ code: 255, message: "`pulumi up` ended with 255\nbad" });
  const killed = runEngine(engine("killed", "kill -KILL $$"), ["up", "--yes"], folder, process.env);
  await expect(killed).rejects.toThrow("`pulumi up` was ended by SIGKILL");
});

test("an abort asks the engine once to end in good order, as the leader of its own session", async () => {
  const script = 'trap "echo asked; exit 1" INT; echo "$(cut -d" " -f6 /proc/$$/stat) $$"; while :; do sleep 0.1; done';
  const controller = new AbortController();
  const running = runEngine(engine("wait", script), ["up"], folder, process.env, {
    onOutput: () => controller.abort(),
    signal: controller.signal,
  });
  const error = await running.catch((reason: unknown) => reason as EngineError);
  const [sessionAndPid = "", asked] = (error as EngineError).stdout.split("\n");
  const [session, pid] = sessionAndPid.split(" ");
  expect(session).toBe(pid);
  expect(asked).toBe("asked");
});

test("killing a run ends whatever it started, and nothing else", async () => {
  const name = ownRunName("dev");
  const mine = await startProcess({ STORM_ROOT: folder, STORM_RUN: name });
  const other = await startProcess({ STORM_ROOT: folder, STORM_RUN: ownRunName("prod") });
  await killRun(folder, name);
  expect(identify(mine.pid ?? 0)).toBeUndefined();
  expect(identify(other.pid ?? 0)).toBeDefined();
});

test("the terminal's Ctrl-C and npm's copy of it are one; a later one is the second", () => {
  let now = 0;
  const calls: string[] = [];
  const handlers = { first: () => void calls.push("first"), second: () => void calls.push("second") };
  const source = new EventEmitter();
  const { signal, dispose } = onInterrupt(handlers, () => now, source);
  const press = (time: number) => {
    now = time;
    source.emit("SIGINT");
  };
  press(1000);
  press(1010);
  expect({ calls, aborted: signal.aborted }).toEqual({ calls: ["first"], aborted: true });
  press(5000);
  expect(calls).toEqual(["first", "second"]);
  dispose();
  expect(source.listenerCount("SIGINT")).toBe(0);
});
