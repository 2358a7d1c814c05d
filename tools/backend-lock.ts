import { hostname } from "node:os";
import { UserError } from "./errors";

/** Who holds the engine's own lock on a stack: an `up`, `destroy` or `refresh` that runs, or one that died. */
export interface BackendLock {
  /** 0: its file was cut short by a crash. */
  pid: number;
  user?: string;
  /** The machine on which the number is a process's. */
  host?: string;
  /** When it was taken, as an ISO time. */
  since?: string;
}

/** The content of a lock's file. One that cannot be read is one that a crash cut short: nobody's. */
export function parseLock(text: string): BackendLock {
  try {
    const { pid = 0, username, hostname: host, timestamp } = JSON.parse(text) as Record<string, never>;
    return { pid, user: username, host, since: timestamp };
  } catch {
    return { pid: 0 };
  }
}

/** What the engine says when a stack is locked (pkg/backend/diy/lock.go); empty for every other message. */
export function locksIn(message: string): BackendLock[] {
  if (!message.includes("the stack is currently locked by")) return [];
  return [...message.matchAll(/: created by (.*)@(\S+) \(pid (\d+)\) at (\S+)/g)].map(
    ([, user, host, pid, since]): BackendLock => ({ pid: Number(pid), user, host, since }),
  );
}

/** Whether a lock was taken on another machine, where its process cannot be looked for. */
export function isElsewhere({ host }: BackendLock, here = hostname()): boolean {
  return host !== undefined && host !== here;
}

/** "alice@laptop (pid 123) since 2026-11-26 08:41:12 UTC" */
export function lockWords({ pid, user, host, since }: BackendLock): string {
  const who = user === undefined || host === undefined ? `pid ${pid}` : `${user}@${host} (pid ${pid})`;
  const time = since === undefined ? NaN : Date.parse(since);
  return Number.isNaN(time) ? who : `${who} since ${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The error for a stack that somebody else works on: who, since when, and what to do. */
export function lockedError(stack: string, locks: readonly BackendLock[]): UserError {
  return new UserError(`stack ${stack} is locked by ${locks.map(lockWords).join(" and ")}`, [
    "Nothing was changed. Wait until that run is over, or ask whoever it is.",
    `If it is dead (no such process on that machine), take its lock back and run this again:`,
    `  npm run -s pulumi -- cancel --yes -s ${stack}`,
  ]);
}
