import type { Path, Place } from "./errors";
import { printable } from "./errors";

/** The places of a value and of everything in it: same shape as the value. */
export interface Located {
  /** Where the value starts. */
  readonly place: Place;
  /** Where its key starts, when it is an entry of a mapping. */
  readonly key?: Place;
  readonly children?: ReadonlyMap<string | number, Located>;
}

/** A value with the places it came from. */
export interface Source {
  readonly value: unknown;
  readonly located: Located;
}

/** Where the value at `path` starts; for something that is not there, the nearest thing around it. */
export function placeOf(source: Source, path: Path): Place {
  return find(source.located, path).place;
}

/** Where the key at `path` starts. */
export function keyPlaceOf(source: Source, path: Path): Place {
  const found = find(source.located, path);
  return found.key ?? found.place;
}

/** "AWS/pools/web/count": list items by their name or address, else "#2" (counted from 1). */
export function displayPath(root: unknown, path: Path): string {
  let value = root;
  const words = path.map((segment) => {
    value = childOf(value, segment);
    return typeof segment === "string" ? cleanKey(segment) : (itemName(value) ?? `#${segment + 1}`);
  });
  return words.join("/");
}

/** The value at `path`, undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, segment) => childOf(value, segment), root);
}

/** Same value, every place in it moved to a source without lines. */
export function locatedWithoutLines(value: unknown, file: string): Located {
  const place = { file, line: 0, column: 0 };
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : isMapping(value)
      ? Object.entries(value)
      : [];
  const children = new Map(entries.map(([key, item]) => [key, locatedWithoutLines(item, file)]));
  return { place, key: place, children };
}

/** A mapping of YAML or JSON. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function find(located: Located, path: Path): Located {
  let current = located;
  for (const segment of path) {
    const child = current.children?.get(segment);
    if (child === undefined) break;
    current = child;
  }
  return current;
}

function childOf(value: unknown, segment: string | number): unknown {
  if (Array.isArray(value)) return typeof segment === "number" ? (value[segment] as unknown) : undefined;
  return isMapping(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

function itemName(item: unknown): string | undefined {
  if (!isMapping(item)) return undefined;
  const name = item["name"] ?? item["address"];
  return typeof name === "string" && /^[\w.:-]{1,64}$/.test(name) ? name : undefined;
}

/** Keys are printed as they are, unless that would garble the line or the terminal. */
function cleanKey(key: string): string {
  return /^(?! )[\w.<>:*@ -]{1,64}(?<! )$/.test(key) ? key : quoted(key);
}

/** Text in quotes, short and without control characters. */
export function quoted(text: string): string {
  const characters = [...text.slice(0, 200)];
  const short = characters.length > 48 ? `${characters.slice(0, 45).join("")}...` : text;
  return printable(JSON.stringify(short));
}
