import type { Located, Source } from "./located";
import { isMapping, locatedWithoutLines } from "./located";

/** A value to merge over storm.yml, e.g. `storm:spec` of a stack's config. */
export interface Override {
  /** What messages call it, e.g. "Pulumi.prod.yaml: storm:spec". */
  readonly from: string;
  readonly value: unknown;
}

/**
 * Merges `over` over `under`, places included. Mappings merge key by key; lists whose items have names merge item by
 * item; every other value replaces what was there. `null` takes a key out.
 */
export function mergeSources(under: Source, over: Source): Source {
  if (isMapping(under.value) && isMapping(over.value)) return mergeMappings(under, over);
  if (isNamedList(under.value) && isNamedList(over.value)) return mergeNamedLists(under, over);
  return over;
}

/** An override as a source: its places name the config key, and have no lines. */
export function overrideSource(override: Override): Source {
  return { value: override.value, located: locatedWithoutLines(override.value, override.from) };
}

function mergeMappings(under: Source, over: Source): Source {
  const value: Record<string, unknown> = { ...(under.value as Record<string, unknown>) };
  const children = new Map(under.located.children);
  for (const [key, item] of Object.entries(over.value as Record<string, unknown>)) {
    // See build.ts: such a key would change the object itself.
    if (key === "__proto__") continue;
    if (item === null) {
      delete value[key];
      children.delete(key);
      continue;
    }
    const child = childSource(over, key, item);
    const merged = Object.hasOwn(value, key) ? mergeSources(childSource(under, key, value[key]), child) : child;
    value[key] = merged.value;
    children.set(key, merged.located);
  }
  // The place of a mapping that both have is the file's: something missing in it is missing there.
  return { value, located: { ...under.located, children } };
}

function mergeNamedLists(under: Source, over: Source): Source {
  const value = [...(under.value as Named[])];
  const children = new Map(under.located.children);
  (over.value as Named[]).forEach((item, overIndex) => {
    const child = childSource(over, overIndex, item);
    const found = value.findIndex((other) => other.name === item.name);
    const index = found < 0 ? value.length : found;
    const merged = found < 0 ? child : mergeSources(childSource(under, found, value[found]), child);
    value[index] = merged.value as Named;
    children.set(index, merged.located);
  });
  return { value, located: { ...under.located, children } };
}

interface Named {
  name: string;
}

function isNamedList(value: unknown): value is Named[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item: unknown) => isMapping(item) && Object.hasOwn(item, "name") && typeof item["name"] === "string")
  );
}

function childSource(source: Source, key: string | number, value: unknown): Source {
  const located: Located = source.located.children?.get(key) ?? source.located;
  return { value, located };
}
