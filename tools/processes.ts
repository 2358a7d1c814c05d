import { readFileSync, readdirSync } from "node:fs";

/** A process, and the moment it began in clock ticks since boot: the pair is never used twice. */
export interface ProcessId {
  pid: number;
  start: string;
}

/** A process of a run of ours: it carries STORM_RUN and STORM_ROOT in its environment, inherited from the engine. */
export interface RunProcess extends ProcessId {
  /** Kernel's short name, e.g. "pulumi" for the engine. */
  command: string;
  run: RunName;
}

/** STORM_RUN as text is "<kind>:<owner pid>:<owner start>"; kind is a stack's name, or "cli" for `npm run pulumi`. */
export interface RunName {
  kind: string;
  owner: ProcessId;
}

/** Identity of a living process; undefined when there is none (a zombie counts as dead: it does nothing any more). */
export function identify(pid: number): ProcessId | undefined {
  const stat = statOf(pid);
  return stat === undefined || stat.state === "Z" ? undefined : { pid, start: stat.start };
}

/** Short name of a living process. */
export function commandOf(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat === undefined || stat.state === "Z" ? undefined : stat.command;
}

/** The checkout that a process works for; undefined for one that is none of a run of ours. */
export function rootOf(pid: number): string | undefined {
  return environmentOf(pid).get("STORM_ROOT");
}

/** True while this very process lives, not another that got its number. */
export function isAlive(process: ProcessId): boolean {
  return identify(process.pid)?.start === process.start;
}

/** The name of a run that this process owns, for the engine's environment. */
export function ownRunName(kind: string): string {
  const self = identify(process.pid);
  return [kind, process.pid, self?.start ?? "0"].join(":");
}

/** Every process that works for a run of this checkout, this process and its own run's owner not counted. */
export function runProcesses(root: string): RunProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    const pid = Number(name);
    const stat = statOf(pid);
    const environment = environmentOf(pid);
    const run = parseRunName(environment.get("STORM_RUN") ?? "");
    if (stat === undefined || stat.state === "Z" || run === undefined) return [];
    if (environment.get("STORM_ROOT") !== root || pid === process.pid) return [];
    return [{ pid, start: stat.start, command: stat.command, run }];
  });
}

export function parseRunName(text: string): RunName | undefined {
  const match = /^(.+):(\d+):(\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, kind = "", pid = "", start = ""] = match;
  return { kind, owner: { pid: Number(pid), start } };
}

/** Ends processes: asks first, then insists. A process that got the number meanwhile is never touched. */
export async function end(processes: readonly ProcessId[], signal: NodeJS.Signals, graceMs: number): Promise<void> {
  send(processes, signal);
  const until = Date.now() + graceMs;
  while (processes.some(isAlive) && Date.now() < until) await sleep(50);
  send(processes, "SIGKILL");
  while (processes.some(isAlive) && Date.now() < until + 5000) await sleep(20);
}

function send(processes: readonly ProcessId[], signal: NodeJS.Signals): void {
  for (const target of processes) {
    if (!isAlive(target)) continue;
    try {
      process.kill(target.pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function statOf(pid: number): { command: string; state: string; start: string } | undefined {
  const text = readProc(pid, "stat");
  // The name is in brackets and may itself hold brackets and spaces.
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  if (close < 0) return undefined;
  return { command: text.slice(open + 1, close), state: fields[0] ?? "", start: fields[19] ?? "" };
}

function environmentOf(pid: number): Map<string, string> {
  const pairs = readProc(pid, "environ").split("\0");
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

/** Other users' processes and those that just ended read as nothing. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
