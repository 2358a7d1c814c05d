/** Starts, asks and ends the daemon of a lab. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../tools/errors";
import { readIfThere, writeAtomically } from "../../tools/files";
import { end, isAlive, type ProcessId, sleep } from "../../tools/processes";
import { tsxProgram } from "../../tools/tsx-program";
import { ask, LabError } from "../plugins/shared/lab-socket";
import type { Command } from "./commands";
import { FILES, type LabSettings } from "./folder";
import type { LabStatus } from "./status";

const READY_MS = 60_000;
const END_MS = 10_000;
/** For a daemon that is ending to have ended. */
const LOCK_SECONDS = 10;
/** The kernel's limit of a socket's path. */
const LONGEST_PATH = 107;

/** What the engine needs in its environment for its stand-ins to find this lab. */
export function labEnvironment(folder: string): { STORM_LAB_SOCKET: string } {
  return { STORM_LAB_SOCKET: join(folder, FILES.socket) };
}

/**
 * Makes sure that a daemon with these settings runs; one with others is ended first.
 * @param folder absolute; made for its owner alone.
 * @param program for tests: another daemon.
 * @throws UserError with the end of its log when it does not come up.
 */
export async function startDaemon(
  folder: string,
  settings: LabSettings,
  program = join(__dirname, "daemon.ts"),
): Promise<void> {
  const { socket, log } = pathsOf(folder);
  if (socket.length > LONGEST_PATH)
    throw new UserError(`${socket}: a socket's path has at most ${LONGEST_PATH} characters`);
  const now = await ask<LabSettings>(socket, "GET", "/settings").catch(() => undefined);
  if (now && now.lab === settings.lab && now.image === settings.image) return;
  if (now) await stopDaemon(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomically(join(folder, FILES.settings), JSON.stringify(settings), 0o600);
  const output = openSync(log, "a", 0o600);
  const node = tsxProgram(program, folder);
  // The lock is with flock itself (-o) and not with what the daemon starts, which may live on.
  const child = spawn("flock", ["-w", String(LOCK_SECONDS), "-o", join(folder, FILES.lock), ...node], {
    detached: true,
    stdio: ["ignore", output, output],
    cwd: "/",
  });
  closeSync(output);
  child.unref();
  let seen = "it has not answered";
  child.on("error", (error) => (seen = error.message));
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(50)) {
    const answer = await ask<{ lockedBy: number }>(socket, "GET", "/settings").catch((error: Error) => {
      seen = error.message;
      return undefined;
    });
    if (answer) {
      // Somebody else was quicker: ours only waits for the lock.
      if (answer.lockedBy !== child.pid) child.kill();
      return;
    }
    if (child.exitCode !== null) break;
  }
  const tail = (readIfThere(log) ?? "").split("\n").slice(-10);
  throw new UserError(`the lab's daemon does not come up: ${seen}`, [`Its log, ${log}:`, ...tail]);
}

/** Ends the daemon; `destroy` removes everything that it made, too. Without a daemon nothing happens. */
export async function stopDaemon(folder: string, { destroy = false } = {}): Promise<void> {
  const { socket } = pathsOf(folder);
  const daemon = processOf(folder);
  if (!daemon || !isAlive(daemon)) return;
  await ask(socket, "POST", "/stop", { destroy }).catch((error: Error) => {
    // One that is stuck is ended all the same, if nothing but its end is asked for.
    if (destroy || error instanceof LabError) throw error;
  });
  await end([daemon], "SIGTERM", END_MS);
}

/** @throws Error when no daemon answers. */
export function labStatus(folder: string): Promise<LabStatus> {
  return ask<LabStatus>(pathsOf(folder).socket, "GET", "/status");
}

/** Does something past the program; gives what was done, as a sentence. @throws LabError when it cannot be done. */
export function labCommand(folder: string, command: Command): Promise<string> {
  return ask<string>(pathsOf(folder).socket, "POST", "/command", command);
}

/** What `storm:acme` has to hold, and whom to believe. Secret. */
export interface InternetAccess {
  /** By `dns.provider`. */
  credentials: Record<string, Record<string, string>>;
  /** Of the lab's authority, which machines and visitors believe. */
  caPem: string;
  /** Root of the lab's ACME certificates. */
  rootsPem: string;
}

export function labInternet(folder: string): Promise<InternetAccess> {
  return ask<InternetAccess>(pathsOf(folder).socket, "GET", "/internet");
}

function pathsOf(folder: string): { socket: string; log: string } {
  return { socket: join(folder, FILES.socket), log: join(folder, FILES.log) };
}

function processOf(folder: string): ProcessId | undefined {
  const text = readIfThere(join(folder, FILES.process));
  return text === undefined ? undefined : (JSON.parse(text) as ProcessId); // the daemon wrote it
}
