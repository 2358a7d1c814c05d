import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { locked } from "../binaries/locked";
import type { Report } from "../binaries/report";

/**
 * Gives work a folder of its own under a lock, and removes it afterwards; also the folders of those who died at the same
 * work before.
 */
export function withWorkFolder<T>(
  cacheDir: string,
  name: string,
  report: Report,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  return locked(join(cacheDir, "locks", name), report, async () => {
    const parent = join(cacheDir, "work");
    mkdirSync(parent, { recursive: true });
    for (const old of readdirSync(parent)) {
      if (old.startsWith(`${name}.`)) rmSync(join(parent, old), { recursive: true, force: true, maxRetries: 2 });
    }
    const folder = join(parent, `${name}.${process.pid}`);
    mkdirSync(folder);
    try {
      return await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
    }
  });
}
