/** Files found after a local command, by glob rules in order: later ones add, those with `!` take out again. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Asset, type ValueMap } from "../shared/values";

/** Assets by path relative to `dir`. */
export async function globAssets(dir: string, globs: readonly string[]): Promise<ValueMap> {
  const rules = globs.map((glob) => ({ exclude: glob.startsWith("!"), pattern: globPattern(glob.replace(/^!/, "")) }));
  const assets: ValueMap = {};
  for (const file of await filesBelow(dir)) {
    const last = rules.filter(({ pattern }) => pattern.test(file)).pop();
    if (last && !last.exclude) {
      const path = join(dir, file);
      const hash = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
      assets[file] = new Asset("asset", { path, hash });
    }
  }
  return assets;
}

async function filesBelow(dir: string): Promise<string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => !entry.isDirectory());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(join(dir, "/").length)).sort();
}

/** `*` and `?` stay within a folder, `**` does not; `[a-z]`, `[!a]` and `{a,b}` as in a shell. */
function globPattern(glob: string): RegExp {
  let depth = 0;
  const source = glob.replace(/\\(.)|\*\*|[*?{},]|\[(!?)([^\]]*)\]|[.+^$()|\\]/g, (token, escaped, not, members) => {
    if (escaped !== undefined) {
      return String(escaped).replace(/[^\w]/g, "\\$&");
    }
    if (members !== undefined) {
      return `[${not ? "^" : ""}${String(members).replace(/[\\^]/g, "\\$&")}]`;
    }
    switch (token) {
      case "**":
        return ".*";
      case "*":
        return "[^/]*";
      case "?":
        return "[^/]";
      case "{":
        depth += 1;
        return "(?:";
      case "}":
        depth -= 1;
        return ")";
      case ",":
        return depth > 0 ? "|" : ",";
      default:
        return `\\${token}`;
    }
  });
  return new RegExp(`^${source}$`, "s");
}
