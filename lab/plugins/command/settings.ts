/** Typed access to checked inputs without secret marks. */
import { isMap } from "../shared/fields";
import type { Value, ValueMap } from "../shared/values";

export function text(settings: ValueMap, name: string): string | undefined {
  const value = settings[name];
  return typeof value === "string" ? value : undefined;
}

export function numberOr(settings: ValueMap, name: string, otherwise: number): number {
  const value = settings[name];
  return typeof value === "number" ? value : otherwise;
}

export function texts(value: Value | undefined): string[] | undefined {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : undefined;
}

export function textMap(value: Value | undefined): Record<string, string> {
  const entries = isMap(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
