/**
 * Writes docs/least-privilege/<provider>.json: what the program's credentials must be allowed, and no more, from the resource types
 * that its components use. `npx tsx tools/least-privilege/generate.ts`
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Rights } from "./types";

const ROOT = resolve(__dirname, "../..");
const OWN = ["generate.ts", "types.ts"];

/** Providers that have a file here. */
export function providers(): string[] {
  return readdirSync(__dirname)
    .filter((file) => file.endsWith(".ts") && !OWN.includes(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

export function rightsOf(provider: string): Rights {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- found by name: a provider more is a file more
  return (require(`./${provider}.ts`) as { rights: Rights }).rights; // each file here exports it (tests/tools/least-privilege.test.ts)
}

export function documentPath(provider: string): string {
  return join(ROOT, "docs/least-privilege", `${provider}.json`);
}

export function documentText(provider: string): string {
  return `${JSON.stringify(rightsOf(provider).document, undefined, 2)}\n`;
}

/**
 * Names of the classes and look-ups of a package that our components use, e.g. "Vpc" and "getAmi", with the file that does.
 * Read from the sources: `import * as x` or `import { X }`, then `new x.X(`, `new X(` or `x.getX(`.
 */
export function namesInUse(packageName: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of sources(join(ROOT, "components"))) {
    const text = readFileSync(file, "utf8");
    const from = `from "${packageName}(?:/[\\w/-]+)?"`;
    for (const [, alias] of text.matchAll(new RegExp(`import \\* as (\\w+) ${from}`, "g")))
      for (const [, made, asked] of text.matchAll(
        new RegExp(`new ${alias}(?:\\.\\w+)*?\\.([A-Z]\\w*)\\(|\\b${alias}\\.(get\\w+?)(?:Output)?\\(`, "g"),
      ))
        found.set(made ?? asked ?? "", file);
    for (const [, names = ""] of text.matchAll(new RegExp(`import \\{([^}]*)\\} ${from}`, "g")))
      for (const name of names.split(",").map((each) => each.trim()))
        if (new RegExp(`(new ${name}|\\b(?:get\\w+) *)\\(`).test(text)) found.set(name.replace(/Output$/, ""), file);
  }
  found.delete("Provider");
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = join(folder, entry.name);
    return entry.isDirectory() ? sources(full) : full.endsWith(".ts") ? [full] : [];
  });
}

if (require.main === module)
  for (const provider of providers()) writeFileSync(documentPath(provider), documentText(provider));
