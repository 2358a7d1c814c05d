/** What `.dockerignore` leaves out; paths are relative to the context, with `/`. */
export interface Ignore {
  ignores(path: string): boolean;
  /** Some rule takes something back: an ignored folder may hold files that are not. */
  takesBack: boolean;
}

interface Rule {
  pattern: RegExp;
  keep: boolean;
}

/** Docker's rules: `*`, `**`, `?`, `[a-z]`, `!` to take something back, the last rule that fits wins, a folder takes what is in it. */
export function parseIgnore(text: string): Ignore {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "!")
    .map(readRule);
  return {
    ignores: (path) => rules.reduce((ignored, rule) => (rule.pattern.test(`/${path}`) ? !rule.keep : ignored), false),
    takesBack: rules.some((rule) => rule.keep),
  };
}

function readRule(line: string): Rule {
  const keep = line.startsWith("!");
  const words = (keep ? line.slice(1) : line).trim().split("/");
  const clean: string[] = [];
  for (const word of words) {
    if (word === "..") clean.pop();
    else if (word !== "" && word !== ".") clean.push(word);
  }
  if (clean.length === 0) return { keep, pattern: /^(?!)/ };
  // A pattern fits a path or any folder above it.
  return { keep, pattern: new RegExp(`^${clean.map(wordPattern).join("")}(?:/.*)?$`, "s") };
}

function wordPattern(word: string): string {
  if (word === "**") return "(?:/[^/]+)*?";
  const special = /\\(.)|\[(\^?)([^\]]+)\]|\*+|\?|[$()+.{|}^]/g;
  const pattern = word.replace(special, (all, escaped?: string, not?: string, set?: string) => {
    if (escaped !== undefined) return /\w/.test(escaped) ? escaped : `\\${escaped}`;
    if (set !== undefined) return `[${not ?? ""}${set}]`;
    if (all.startsWith("*")) return "[^/]*";
    return all === "?" ? "[^/]" : `\\${all}`;
  });
  return `/${pattern}`;
}
