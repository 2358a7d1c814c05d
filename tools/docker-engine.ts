import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Docker, dockerSocket } from "../lab/local/docker";
import { ensurePackages, needs } from "./debian-packages";
import { UserError } from "./errors";
import { writeAtomically } from "./files";
import { type Machine, thisMachine } from "./machine";
import { cacheFolder } from "./paths";
import { commandOf, sleep } from "./processes";
import type { Say } from "./steps";

const startLimitMs = 60_000;
const ANSWER_MS = 5000;

/** The Docker engine of this machine. */
export interface DockerEngine {
  version: string;
  socket: string;
}

/** Asks the engine for its version; the error code says why there is none. */
export async function askDocker(socket = dockerSocket(process.env.DOCKER_HOST)): Promise<DockerEngine> {
  return { version: await new Docker(socket).version(ANSWER_MS), socket };
}

/** What the Docker engine consists of. One that answers already needs no package but its client. */
export async function ensureDockerPackages(say: Say, machine = thisMachine, ask = askDocker): Promise<void> {
  const answers = await ask().then(
    () => true,
    // An engine that is there but not ours to use needs no package either.
    isDenied,
  );
  const engine = answers ? [] : [needs.docker, needs.iptables];
  await ensurePackages([...engine, needs.dockerClient], say, machine);
}

/**
 * The engine as it is, or started; the programs must be installed already.
 * @throws UserError that says what to do, where this user may not use or start it.
 */
export async function ensureDockerEngine(say: Say, machine = thisMachine, ask = askDocker): Promise<DockerEngine> {
  const socket = dockerSocket(process.env.DOCKER_HOST);
  try {
    return await ask(socket);
  } catch (error) {
    if (isDenied(error)) throw mayNotUse(socket);
  }
  if (machine.uid !== 0) {
    throw new UserError("the Docker engine does not answer", ["Start it: `sudo systemctl start docker`."]);
  }
  const log = machine.exists("/run/systemd/system") ? await startBySystemd(say, machine) : startByHand(say, machine);
  const until = Date.now() + startLimitMs;
  for (;;) {
    try {
      return await ask(socket);
    } catch (error) {
      if (Date.now() > until) {
        throw new UserError(`the Docker engine does not answer on ${socket}: ${(error as Error).message}`, [log]);
      }
    }
    await sleep(200);
  }
}

async function startBySystemd(say: Say, machine: Machine): Promise<string> {
  say("starting docker.service");
  await machine.run("systemctl", ["start", "docker.service"], { timeoutMs: startLimitMs });
  return "See `journalctl -u docker.service`.";
}

/** Without systemd (a container, a minimal machine): dockerd in the background, going on after this program ends. */
function startByHand(say: Say, machine: Machine): string {
  const log = join(cacheFolder(), "dockerd.log");
  const hint = `Whole log: ${log}`;
  if (isStarting()) return hint;
  const dockerd = machine.find("dockerd");
  if (dockerd === undefined)
    throw new UserError("there is no dockerd", ["Install Docker: Debian has it as docker.io."]);
  say("starting dockerd in the background");
  mkdirSync(cacheFolder(), { recursive: true });
  const out = openSync(log, "a");
  const child = spawn(dockerd, [], { detached: true, stdio: ["ignore", out, out], env: cleanEnvironment() });
  child.on("error", () => undefined);
  child.unref();
  writeAtomically(join(cacheFolder(), "dockerd.pid"), String(child.pid ?? ""));
  return hint;
}

/** A second set-up at the same moment must not start a second dockerd: dockerd's own pid file comes too late for that. */
function isStarting(): boolean {
  try {
    return commandOf(Number(readFileSync(join(cacheFolder(), "dockerd.pid"), "utf8"))) === "dockerd";
  } catch {
    return false;
  }
}

/** The engine outlives this run: it must not look like a process of it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(STORM_|PULUMI_|npm_)/.test(name)) delete env[name];
  return env;
}

function isDenied(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EACCES";
}

function mayNotUse(socket: string): UserError {
  return new UserError(`no permission to use ${socket}`, [
    "Join the docker group: `sudo usermod -aG docker $USER`, log in again, and run the command again.",
  ]);
}
