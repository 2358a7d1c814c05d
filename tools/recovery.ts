import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "./backend";
import { isElsewhere, lockedError, lockWords } from "./backend-lock";
import { readIfThere, writeAtomically } from "./files";
import { type RunProcess, commandOf, end, isAlive, rootOf, runProcesses, sleep } from "./processes";

/** The engine's commands that recovery needs. */
export interface RecoveryEngine {
  cancel(stack: string): Promise<void>;
  refreshClearingPendingCreates(stack: string): Promise<void>;
  /** Edits the state so that the next `up` runs these commands again. */
  runAgain(stack: string, urns: readonly string[]): Promise<void>;
}

export interface RecoveryOptions {
  root: string;
  stack: string;
  backend: Backend;
  engine: RecoveryEngine;
  /** Ends the wait for a living run. */
  signal?: AbortSignal;
  say: (message: string) => void;
  processes?: (root: string) => RunProcess[];
  /** How long an orphaned engine may take to end in good order. */
  graceMs?: number;
}

/**
 * After a SIGKILL three things are left: plugins that go on with their commands, the engine's lock, and creates that
 * the state calls pending. Puts all three right before the next run. A run that lives is waited for, never touched.
 */
export async function recover(options: RecoveryOptions): Promise<void> {
  const { stack, backend, engine, say, signal } = options;
  await endOrphans(options);
  await waitForLivingEngine(options);
  signal?.throwIfAborted();
  const locks = await backend.locks(stack);
  // A folder that machines share: whether that process lives is not to be seen from here.
  if (locks.some((lock) => isElsewhere(lock))) throw lockedError(stack, locks);
  if (locks.length > 0) {
    say("taking back the lock that a dead run left");
    await engine.cancel(stack);
  }
  await settleOperations(options);
}

/** What was under way when a run died: the engine looks at what is there, and commands are to be run again, for nobody can look at these. */
async function settleOperations({ root, stack, backend, engine, say }: RecoveryOptions): Promise<void> {
  // The engine's comparison clears the list of what was under way: what is still to be done about it is kept beside the state.
  const note = join(root, ".storm", `interrupted-${stack}.json`);
  const noted = JSON.parse(readIfThere(note) ?? "[]") as string[]; // written below
  const { pendingOperations = 0, interrupted = [] } = (await backend.state(stack)) ?? {};
  const again = [...new Set([...noted, ...interrupted])];
  if (again.length > 0) writeAtomically(note, JSON.stringify(again));
  if (pendingOperations > 0) {
    say("comparing the state with what is really there: a run died in the middle of an operation");
    await engine.refreshClearingPendingCreates(stack);
  }
  if (again.length > 0) await engine.runAgain(stack, again);
  rmSync(note, { force: true });
}

async function endOrphans(options: RecoveryOptions): Promise<void> {
  const find = options.processes ?? runProcesses;
  const orphans = orphansOf(find(options.root), options.stack);
  if (orphans.length === 0) return;
  options.say(`ending ${orphans.length} process${orphans.length === 1 ? "" : "es"} of a run that died`);
  const engines = orphans.filter(isEngine);
  // An engine that is asked to stop writes what it knows into the state; without it the plugins have nobody to tell.
  if (engines.length > 0) await end(engines, "SIGINT", options.graceMs ?? 20_000);
  await end(orphansOf(find(options.root), options.stack), "SIGTERM", 2000);
}

/**
 * Processes whose run is over: its owner is dead. Of a run by hand (`npm run pulumi -- up`) an engine that still lives
 * is the run, with or without its owner.
 */
export function orphansOf(processes: readonly RunProcess[], stack: string): RunProcess[] {
  return processes.filter(({ run }) => {
    if (isAlive(run.owner)) return false;
    if (run.kind === stack) return true;
    const sameRun = (other: RunProcess) =>
      other.run.owner.pid === run.owner.pid && other.run.owner.start === run.owner.start;
    return run.kind === "cli" && !processes.some((other) => sameRun(other) && isEngine(other));
  });
}

async function waitForLivingEngine(options: RecoveryOptions): Promise<void> {
  for (let told = false; ; told = true) {
    options.signal?.throwIfAborted();
    const locks = await options.backend.locks(options.stack);
    const living = locks.find((lock) => !isElsewhere(lock) && mayHold(lock.pid, options.root));
    if (living === undefined) return;
    if (!told) options.say(`waiting for the run of ${lockWords(living)}, which works on stack ${options.stack}`);
    await sleep(250);
  }
}

/** A lock's number may be another process's by now: an engine that works for another checkout does not hold it. */
function mayHold(pid: number, root: string): boolean {
  return commandOf(pid) === "pulumi" && (rootOf(pid) ?? root) === root;
}

function isEngine(process: RunProcess): boolean {
  return process.command === "pulumi";
}
