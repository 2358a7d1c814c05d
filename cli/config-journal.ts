/** What a stack's config was before a run put into it what is for its preview alone: on disk, for the run may be killed. */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writeAtomically } from "../tools/files";
import { storm } from "../tools/paths";
import { identify, isAlive, type ProcessId } from "../tools/processes";

export interface ConfigJournal {
  /** The run. */
  owner: ProcessId;
  /** Text of the config file before; null: there was none. */
  before: string | null;
  mode?: number;
  /** Whether the stack was there. */
  known: boolean;
  /** The same for the preview; missing: the run did not come so far. */
  tried?: string | null;
}

export function journalFile(stack: string): string {
  return join(storm.folder, `tried-${stack}.json`);
}

/** Of the run that works on the stack, or of one that was killed. */
export function readJournal(stack: string): ConfigJournal | undefined {
  const text = readIfThere(journalFile(stack));
  return text === undefined ? undefined : (JSON.parse(text) as ConfigJournal); // written whole, by `writeJournal`
}

/** @param file the stack's config @param known whether there is such a stack */
export function beginJournal(stack: string, file: string, known: boolean): void {
  const text = readIfThere(file);
  const before = text === undefined ? { before: null } : { before: text, mode: statSync(file).mode & 0o777 };
  writeJournal(stack, { owner: ownId(), known, ...before });
}

/** The config is as the preview has it from now on. */
export function noteTried(stack: string, file: string): void {
  const journal = readJournal(stack);
  if (journal !== undefined) writeJournal(stack, { ...journal, tried: readIfThere(file) ?? null });
}

/** It has been decided what the config is. */
export function dropJournal(stack: string): void {
  rmSync(journalFile(stack), { force: true });
}

/**
 * The config that counts for this process: what another run only tries is nobody's decision, whether that run lives or was killed.
 * @param now text of the config file
 */
export function decidedConfig(stack: string, now: string | undefined): string | undefined {
  const journal = readJournal(stack);
  if (journal === undefined || isOwn(journal) || (!isAlive(journal.owner) && isChanged(journal, now))) return now;
  return journal.before ?? undefined;
}

/** Whether somebody has changed the config since the run tried it. */
export function isChanged({ before, tried }: ConfigJournal, now: string | undefined): boolean {
  return tried !== undefined && now !== (tried ?? undefined) && now !== (before ?? undefined);
}

function isOwn({ owner }: ConfigJournal): boolean {
  const { pid, start } = ownId();
  return owner.pid === pid && owner.start === start;
}

function ownId(): ProcessId {
  return identify(process.pid) ?? { pid: process.pid, start: "" };
}

/** Configs have secrets, encrypted. */
function writeJournal(stack: string, journal: ConfigJournal): void {
  writeAtomically(journalFile(stack), JSON.stringify(journal), 0o600);
}
