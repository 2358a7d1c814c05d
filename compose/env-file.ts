import { interpolateText, lookupIn, MissingVariable } from "./interpolate";

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:=|:\s)\s*(.*)$/s;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$$" };

/** A line of an env file that is no assignment, or whose value is wrong. What the line holds may be secret: the message has none of it. */
export class EnvFileError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * `.env` and `env_file` as Docker Compose reads them: `NAME=value`, comments, `export`, single quotes as they are, double quotes
 * with escapes, both over several lines; `${OTHER}` from lines above or from `outer`. Throws EnvFileError.
 */
export function parseEnvFile(text: string, outer: Readonly<Record<string, string>> = {}): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const first = i + 1;
    const line = lines[i] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, rest = ""] = LINE.exec(line) ?? [];
    if (name === undefined) {
      // A name alone takes its value from outside, as in Docker.
      const alone = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*$/.exec(line)?.[1];
      if (alone === undefined) throw new EnvFileError(first, "is no NAME=value");
      if (Object.hasOwn(outer, alone)) values[alone] = outer[alone] ?? "";
      continue;
    }
    const quote = rest[0];
    if (quote !== "'" && quote !== '"') {
      values[name] = expandValue(rest.replace(/(^|\s)#.*$/, "").trim(), first);
      continue;
    }
    let quoted = rest;
    let end = closing(quoted, quote);
    while (end < 0) {
      if (++i >= lines.length) throw new EnvFileError(first, `${name} has a ${quote} without its end`);
      quoted += `\n${lines[i] ?? ""}`;
      end = closing(quoted, quote);
    }
    const inside = quoted.slice(1, end);
    values[name] =
      quote === "'"
        ? inside
        : expandValue(
            inside.replace(/\\([nrt"\\$])/g, (_, c: string) => ESCAPES[c] ?? c),
            first,
          );
  }
  return values;

  function expandValue(value: string, line: number): string {
    try {
      return interpolateText(
        value,
        lookupIn({ ...outer, ...values }, () => undefined),
      );
    } catch (error) {
      if (error instanceof MissingVariable) throw new EnvFileError(line, `variable ${error.variable} is required`);
      throw new EnvFileError(line, 'has a "$" that starts no variable; write $$ for a dollar sign');
    }
  }
}

function closing(text: string, quote: string): number {
  for (let at = 1; at < text.length; at++) {
    if (quote === '"' && text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}
