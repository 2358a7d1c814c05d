import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { findOnPath } from "../../tools/find-on-path";
import { cachedFolder } from "./cached-folder";
import type { Report } from "./report";

/** The ACME client that managers use: Debian's, from PATH, else unpacked into the cache without being installed. */
export async function findLego(cache: string, say: Report): Promise<string> {
  const found = findOnPath("lego");
  if (found !== undefined) return found;
  const folder = await cachedFolder(cache, `debian/lego-${process.arch}`, say, async (temporary) => {
    await run("apt-get", ["-q", "download", "lego"], { cwd: temporary });
    const [archive = ""] = readdirSync(temporary);
    await run("dpkg-deb", ["--extract", join(temporary, archive), temporary]);
    rmSync(join(temporary, archive));
  });
  return join(folder, "usr", "bin", "lego");
}
