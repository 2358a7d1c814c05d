/** Plain scalars of YAML 1.2's core schema, which is what storm.yml is read by: `off`, `1:30` and dates stay text. */

const INTEGER = /^[-+]?[0-9]+$/;
const OCTAL = /^0o[0-7]+$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INFINITE = /^[-+]?\.(inf|Inf|INF)$/;

/** The value of an unquoted scalar without a tag. */
export function resolvePlain(text: string): string | number | boolean | null {
  if (text === "" || text === "~" || text === "null" || text === "Null" || text === "NULL") return null;
  if (text === "true" || text === "True" || text === "TRUE") return true;
  if (text === "false" || text === "False" || text === "FALSE") return false;
  return resolveNumber(text) ?? text;
}

/** The value of a scalar with a tag, or undefined when the text does not fit it or the tag is unknown. */
export function resolveTagged(tag: string, text: string): string | number | boolean | null | undefined {
  const plain = resolvePlain(text);
  switch (tag.replace(/^!<tag:yaml\.org,2002:(.*)>$/, "!!$1")) {
    case "!":
    case "!!str":
      return text;
    case "!!int":
      return Number.isInteger(plain) ? plain : undefined;
    case "!!float":
      return typeof plain === "number" ? plain : undefined;
    case "!!bool":
      return typeof plain === "boolean" ? plain : undefined;
    case "!!null":
      return plain === null ? null : undefined;
    default:
      return undefined;
  }
}

function resolveNumber(text: string): number | undefined {
  if (INTEGER.test(text) || FLOAT.test(text)) return Number(text);
  if (OCTAL.test(text) || HEXADECIMAL.test(text)) return Number(text);
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return text === ".nan" || text === ".NaN" || text === ".NAN" ? NaN : undefined;
}
