import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { storm } from "./paths";

const DAY_MS = 24 * 3600 * 1000;

/**
 * Removes packed build contexts that no run has used for a day, and what a run that died left of writing one. One that is wanted again
 * is packed again.
 */
export function removeOldBuilds(folder = join(storm.folder, "builds"), now = Date.now()): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => /\.tar\.gz(\.\d+\.tmp)?$/.test(name));
  } catch {
    return; // nothing was ever built here
  }
  for (const name of names) {
    const file = join(folder, name);
    const age = now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (age > DAY_MS) rmSync(file, { force: true });
  }
}
