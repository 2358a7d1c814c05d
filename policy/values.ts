/** Properties of planned resources, free of the SDK's proxies, and how rules read them: nothing here throws. */

/** Stands for what a preview can not know yet. */
export const unknown = Symbol("unknown");

export type Value = string | number | boolean | null | typeof unknown | readonly Value[] | Props;
export interface Props {
  readonly [name: string]: Value;
}

/**
 * A deep copy of what the SDK hands out. Its objects throw when a value that is not known yet is read; the copy has
 * `unknown` there. Assets and archives come out as empty mappings.
 */
export function plain(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => member(value, index));
  return typeof value === "object" ? plainProps(value) : null;
}

/** As `plain`, for properties as a whole. */
export function plainProps(props: object): Props {
  return Object.fromEntries(Object.keys(props).map((key) => [key, member(props, key)]));
}

function member(parent: object, key: string | number): Value {
  try {
    return plain((parent as Record<string | number, unknown>)[key]); // arrays by index, mappings by key: both have it
  } catch {
    return unknown;
  }
}

export function isUnknown(value: Value | undefined): value is typeof unknown {
  return value === unknown;
}

/** The members of a mapping; none for anything else. */
export function props(value: Value | undefined): Props {
  return typeof value === "object" && value !== null && !isList(value) ? value : {};
}

/** The items of a list; a single value counts as a list of one. What is missing or unknown has none. */
export function items(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null || isUnknown(value)) return [];
  return isList(value) ? value : [value];
}

/** The mappings of a list. */
export function rows(value: Value | undefined): Props[] {
  return items(value).map(props);
}

/** The texts of a list, or the one text. */
export function texts(value: Value | undefined): string[] {
  return items(value).filter((item) => typeof item === "string");
}

/** The value as a list of one; none where there is none. */
export function present(value: Value | undefined): Value[] {
  return value === undefined || value === null ? [] : [value];
}

export function text(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number, also one that is written as text. */
export function number(value: Value | undefined): number | undefined {
  const found = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** True, "true", or not known yet: whether a requirement holds or may still turn out to. */
export function mayBeTrue(value: Value | undefined): boolean {
  return value === true || value === "true" || isUnknown(value);
}

/** A document that some properties hold as JSON; undefined when it is none, or not known yet. */
export function json(value: Value | undefined): Value | undefined {
  if (typeof value !== "string") return value;
  try {
    return plain(JSON.parse(value));
  } catch {
    return undefined;
  }
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
