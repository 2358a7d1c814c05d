/** Which machines had a container once, on disk: one whose container was removed by hand is gone, not new. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Births {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  record(id: string, instance: string): void {
    writeFileSync(join(this.folder, id), instance, { mode: 0o600 });
  }

  has(id: string, instance: string): boolean {
    try {
      return readFileSync(join(this.folder, id), "utf8") === instance;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  }

  /** Forgets all others. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of readdirSync(this.folder)) if (!ids.has(id)) rmSync(join(this.folder, id));
  }
}
