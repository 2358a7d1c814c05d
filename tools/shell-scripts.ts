import { closeSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";

const skipped = new Set(["node_modules", ".git", ".storm", "dist", "coverage"]);

/** Every shell script of the checkout: by its name, or by its first line. */
export function shellScripts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : shellScripts(path);
      return entry.isFile() && isShell(path) ? [path] : [];
    })
    .sort();
}

function isShell(file: string): boolean {
  if (file.endsWith(".sh")) return true;
  const handle = openSync(file, "r");
  const start = Buffer.alloc(64);
  const length = readSync(handle, start);
  closeSync(handle);
  return /^#! ?\/(usr\/)?bin\/(env )?(ba|da)?sh\b/.test(start.toString("latin1", 0, length));
}
