import type { Issue, Path } from "./errors";
import type { Source } from "./located";
import { displayPath, isMapping, placeOf, quoted } from "./located";
import { catalog, machineProviders } from "./sizes/catalog";

/** An error at `path`, with the place of its value. */
export function errorAt(source: Source, path: Path, message: string, words?: Partial<Issue>): Issue {
  return { severity: "error", place: placeOf(source, path), path: pathOf(source, path), message, ...words };
}

/** What was found, in the words of an error. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (isMapping(value)) return "a mapping";
  return String(value);
}

/** The two items of a short form are called what they are: "AWS/count", not "AWS/#1". */
function pathOf(source: Source, path: Path): string {
  const [key, position, ...rest] = path;
  const isShort = rest.length === 0 && machineProviders.some((provider) => catalog[provider].key === key);
  if (isShort && (position === 0 || position === 1)) return `${key}/${position === 0 ? "count" : "size"}`;
  return displayPath(source.value, path);
}
