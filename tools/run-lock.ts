import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createExclusively, readIfThere } from "./files";
import { type ProcessId, identify, isAlive, sleep } from "./processes";

/** Who works on a stack at the moment. */
export interface RunRecord extends ProcessId {
  /** "npm start". */
  command: string;
}

export interface RunLock {
  /** True when the run before this one died without giving the stack back. */
  afterCrash: boolean;
  release(): void;
}

/**
 * One command that changes it at a time for each stack of this checkout. A second one waits for the first: it then
 * finds the work done. The record of a run that died is taken over, and the caller is told.
 */
export async function lockRun(
  folder: string,
  stack: string,
  command: string,
  onWait: (owner: RunRecord) => void,
): Promise<RunLock> {
  const file = join(folder, `run-${stack}.json`);
  const self = identify(process.pid);
  const record: RunRecord = { pid: process.pid, start: self?.start ?? "", command };
  let afterCrash = false;
  for (let told = false; ;) {
    if (createExclusively(file, JSON.stringify(record))) {
      return { afterCrash, release: () => releaseOwn(file, record) };
    }
    const owner = readRecord(file);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      afterCrash = takeAway(file, owner) || afterCrash;
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await sleep(200);
  }
}

/** Renaming is atomic: of several that saw the dead owner one gets its record. Whoever got another's puts it back. */
function takeAway(file: string, dead: RunRecord): boolean {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return false;
  }
  const taken = readIfThere(aside) ?? "";
  const mine = taken === JSON.stringify(dead);
  if (!mine) createExclusively(file, taken);
  rmSync(aside, { force: true });
  return mine;
}

function releaseOwn(file: string, record: RunRecord): void {
  if (readIfThere(file) === JSON.stringify(record)) rmSync(file, { force: true });
}

function readRecord(file: string): RunRecord | undefined {
  const text = readIfThere(file);
  return text === undefined ? undefined : (JSON.parse(text) as RunRecord);
}
