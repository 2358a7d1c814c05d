import { rmSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../tools/errors";
import { readIfThere, writeAtomically } from "../tools/files";
import { checkout } from "../tools/paths";
import { type Output, paint } from "../tools/report";
import { configFile } from "./config";
import { type ConfigJournal, dropJournal, isChanged, journalFile, readJournal } from "./config-journal";
import { lineDiff } from "./line-diff";
import type { StormStack } from "./workspace";

/** Puts a stack's config back as it was before a run tried another one, and takes the stack away that was made for it. */
export async function takeBack(stack: StormStack): Promise<void> {
  const journal = readJournal(stack.name);
  if (journal === undefined) return;
  // First: it needs no engine, and decides what the next deployment does.
  putBack(configFile(stack.name), journal);
  if (!journal.known) await stack.uninterrupted(() => removeEmpty(stack));
  dropJournal(stack.name);
}

/**
 * The same after a run that was killed; to be called by the one run on this stack.
 * @throws UserError when somebody has changed the config since
 */
export async function recoverConfig(stack: StormStack, output: Output): Promise<void> {
  const journal = readJournal(stack.name);
  if (journal === undefined) return;
  // Somebody has deployed by hand what was made for a preview: it is theirs now, with its config.
  if (!journal.known && !(await isEmpty(stack))) return dropJournal(stack.name);
  const file = configFile(stack.name);
  const name = relative(checkout, file);
  const now = readIfThere(file);
  if (isChanged(journal, now))
    throw new UserError(`${name} has what a preview that was killed has put there, and was changed since`, [
      `Nothing was changed. Since that preview began (- before, + now):`,
      lineDiff(journal.before ?? "", now ?? "").trimEnd(),
      `Make it what it shall be, remove ${relative(checkout, journalFile(stack.name))}, and run this again.`,
    ]);
  const what = `${name} is again as it was before a preview that was killed`;
  output.write(`${paint(output, "dim", `Recovery: ${what}`)}\n`);
  await takeBack(stack);
}

function putBack(file: string, { before, mode }: ConfigJournal): void {
  if (before === null) rmSync(file, { force: true });
  else if (readIfThere(file) !== before) writeAtomically(file, before, mode);
}

/** Whether there is no such stack, or nothing in it. */
async function isEmpty({ name, backend }: StormStack): Promise<boolean> {
  return ((await backend.state(name))?.resources ?? 0) === 0;
}

async function removeEmpty(stack: StormStack): Promise<void> {
  if (!(await stack.exists()) || !(await isEmpty(stack))) return;
  // The config has been seen to; it may be the user's own.
  await stack.run(["stack", "rm", "--yes", "--preserve-config", "--stack", stack.name]);
  await stack.backend.forget(stack.name);
}
