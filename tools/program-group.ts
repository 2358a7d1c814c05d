import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { checkout } from "./paths";

export interface GroupOptions {
  env: NodeJS.ProcessEnv;
  /** Goes to the whole group as an interrupt. */
  signal: AbortSignal;
  /** It takes what processor time nobody else wants. */
  yielding?: boolean;
  /** Is given all that is printed; default: standard error is shown. */
  onOutput?: (text: string) => void;
}

/**
 * Runs a program as the leader of a process group, to which the abort goes: its children get it too, once, and not from the terminal as well.
 * @returns its exit code
 * @throws if the program cannot be run
 */
export function runGroup(program: string, args: readonly string[], options: GroupOptions): Promise<number> {
  const { env, signal, yielding = false, onOutput } = options;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const spoken = onOutput === undefined ? (["ignore", "inherit"] as const) : (["pipe", "pipe"] as const);
    const child = spawn(program, args, { cwd: checkout, env, detached: true, stdio: ["ignore", ...spoken] });
    if (yielding && child.pid !== undefined) yieldToOthers(child.pid);
    if (onOutput !== undefined)
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", onOutput);
    const interrupt = () => void (child.pid !== undefined && process.kill(-child.pid, "SIGINT"));
    signal.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on(onOutput === undefined ? "exit" : "close", (status: number | null) => {
      signal.removeEventListener("abort", interrupt);
      resolve(status ?? 1);
    });
  });
}

/** Of a process that leads a session, and of all that it starts in it. */
function yieldToOthers(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  // Linux weighs sessions against each other, by a nice value of their own (sched(7), autogroups); other kernels, and some of its, do not.
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_LOW));
  } catch {
    // nor does every container let it be written: then it takes a session's share
  }
}

/** Time for a program to end that has written its results. */
const LINGER_MS = 60_000;

/**
 * As `runGroup`, for a program that is done once its results are in a file: jest waits for ever for what a failed test has left running.
 * @returns its exit code, undefined if it had to be interrupted
 */
export async function runForResults(
  program: string,
  args: readonly string[],
  options: GroupOptions,
  results: string,
  lingerMs = LINGER_MS,
): Promise<number | undefined> {
  const late = new AbortController();
  let since: number | undefined;
  const watch = setInterval(() => {
    if (since === undefined && existsSync(results)) since = Date.now();
    if (since !== undefined && Date.now() - since > lingerMs) late.abort();
  }, lingerMs / 20);
  try {
    const signal = AbortSignal.any([options.signal, late.signal]);
    const code = await runGroup(program, args, { ...options, signal });
    return late.signal.aborted ? undefined : code;
  } finally {
    clearInterval(watch);
  }
}
