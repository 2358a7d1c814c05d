import type { Diagnostics, Position } from "./diagnostics";
import type { Node } from "./document";
import type { EnvValues } from "./env-values";

/** A variable that is required and has no value. */
export class MissingVariable extends Error {
  constructor(
    readonly variable: string,
    message: string,
  ) {
    super(`variable ${variable} is required${message === "" ? "" : `: ${message}`}`);
  }
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^(:?[-?+])/;
/** Aliases let a small file unfold into a huge one. */
const MAX_NODES = 200_000;

type Lookup = (name: string) => string | undefined;

/**
 * Replaces `$NAME`, `${NAME}` and the forms `:-` `-` `:?` `?` `:+` `+` (nested defaults included); `$$` is a dollar sign.
 * Throws MissingVariable for `?`, and Error for what is no such form.
 */
export function interpolateText(text: string, lookup: Lookup): string {
  let result = "";
  let at = 0;
  for (;;) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const rest = text.slice(dollar + 1);
    const name = NAME.exec(rest)?.[0];
    if (rest.startsWith("$")) {
      result += "$";
      at = dollar + 2;
    } else if (name !== undefined) {
      result += lookup(name) ?? "";
      at = dollar + 1 + name.length;
    } else if (rest.startsWith("{")) {
      const end = closingBrace(text, dollar + 2);
      result += expand(text.slice(dollar + 2, end), lookup);
      at = end + 1;
    } else {
      throw new Error(
        `"$" starts a variable, "${text.slice(dollar, dollar + 12)}" is none; write $$ for a dollar sign`,
      );
    }
  }
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "$" && text[at + 1] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  throw new Error(`"\${" without its "}"`);
}

function expand(inside: string, lookup: Lookup): string {
  const name = NAME.exec(inside)?.[0];
  const rest = inside.slice(name?.length ?? 0);
  const operator = OPERATOR.exec(rest)?.[1];
  if (name === undefined || (rest !== "" && operator === undefined)) {
    throw new Error(`"\${${inside}}" is no variable; allowed: \${NAME}, and :- - :? ? :+ + after the name`);
  }
  if (operator === undefined) return lookup(name) ?? "";
  const word = rest.slice(operator.length);
  // Asked with an operator, an unset variable is expected: no warning, so not through the warning look-up.
  const value = quiet(lookup)(name);
  const there = value !== undefined && (!operator.startsWith(":") || value !== "");
  if (operator.endsWith("+")) return there ? interpolateText(word, lookup) : "";
  if (there) return value;
  if (operator.endsWith("-")) return interpolateText(word, lookup);
  throw new MissingVariable(name, interpolateText(word, lookup));
}

function quiet(lookup: Lookup): Lookup {
  return (lookup as Lookup & { quiet?: Lookup }).quiet ?? lookup;
}

/** A look-up that calls `unset` for a variable that has no value, unless an operator says what then. What it gives is noted in `used`. */
export function lookupIn(
  env: Readonly<Record<string, string>>,
  unset: (name: string) => void,
  used?: EnvValues,
): Lookup {
  const silent: Lookup = (name) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined) used?.add(name, value);
    return value;
  };
  const loud: Lookup & { quiet?: Lookup } = (name) => {
    const value = silent(name);
    if (value === undefined) unset(name);
    return value;
  };
  loud.quiet = silent;
  return loud;
}

/** The tree with every value interpolated; messages show what was written instead. Keys and `x-` extensions stay as they are. */
export function interpolate(root: Node, env: Readonly<Record<string, string>>, to: Diagnostics): Node | undefined {
  let nodes = 0;
  let at: Position = root.at;
  let path = "";
  const lookup = lookupIn(
    env,
    (name) => to.warn(at, path, `variable ${name} is not set in .env: it is empty`),
    to.secrets,
  );
  const walk = (node: Node, here: string): Node => {
    if (++nodes > MAX_NODES) throw new RangeError();
    if (node.kind === "list") return { ...node, items: node.items.map((item, i) => walk(item, `${here}/${i}`)) };
    if (node.kind === "map") {
      const entries = node.entries.map((entry) =>
        entry.key.startsWith("x-")
          ? entry
          : { ...entry, value: walk(entry.value, here === "" ? entry.key : `${here}/${entry.key}`) },
      );
      return { ...node, entries };
    }
    if (!node.text.includes("$")) return node;
    [at, path] = [node.at, here];
    try {
      return { ...node, text: interpolateText(node.text, lookup), written: node.text };
    } catch (error) {
      to.error(node.at, here, error instanceof Error ? error.message : String(error));
      return node;
    }
  };
  try {
    return walk(root, "");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    to.error(root.at, "", `unfolds to more than ${MAX_NODES} values: too many aliases`);
    return undefined;
  }
}
