import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isIntact, sealFolder } from "./checksums";
import { locked } from "./locked";
import type { Report } from "./report";

/**
 * A folder of the cache whose name says all that it is made from. It is made once, in a temporary folder beside it, and
 * renamed when whole and sealed with checksums: so it is there and right, or not there. Checked at every use.
 */
export async function cachedFolder(
  cacheDir: string,
  name: string,
  report: Report,
  fill: (temporary: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheDir, name);
  if (await isIntact(folder)) return folder;
  return locked(join(cacheDir, "locks", name.replaceAll("/", "_")), report, async () => {
    if (await isIntact(folder)) return folder;
    if (existsSync(folder)) report(`${folder} is damaged: making it again`);
    removeLeftovers(folder);
    rmSync(folder, { recursive: true, force: true });
    const temporary = `${folder}.making-${process.pid}-${Date.now()}`;
    mkdirSync(temporary, { recursive: true });
    try {
      await fill(temporary);
      await sealFolder(temporary);
      renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
    return folder;
  });
}

/** A folder of the cache if it is there and right. */
export async function findCached(cacheDir: string, name: string): Promise<string | undefined> {
  const folder = join(cacheDir, name);
  return (await isIntact(folder)) ? folder : undefined;
}

/** Whoever made these is dead: this process holds the lock. */
function removeLeftovers(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  for (const name of readdirSync(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.making-`)) continue;
    // A compiler that outlived its set-up may still write there: then the next set-up removes it.
    rmSync(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 2 });
  }
}
