/**
 * What Pulumi's wire format adds to plain values: secrets are wrapped objects, values not known in a preview a marker
 * string. Also the hashes by which two sets of inputs are compared without keeping either.
 */
import { createHash } from "node:crypto";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Stands for a value that is not known yet, in previews. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Wraps a value as a secret for the engine, which then encrypts it in the state and never prints it. */
export function secret<T>(value: T): { value: T } {
  return { [SIGNATURE]: SECRET, value } as { value: T };
}

/** The value without any secret's wrapping, however deep. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[SIGNATURE] === SECRET) return plain(object.value);
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, plain(item)]));
}

/** Is the value, or anything in it, unknown? */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** JSON with sorted keys and without undefined, so that equal values give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

/** SHA-256 of the value's canonical JSON, in hex. */
export function hash(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

/** One hash for each property named, kept in the state in place of contents that may be secret. */
export type Fingerprint = Record<string, string>;

/** The fingerprint of these properties; one that is not given has none. */
export function fingerprint(inputs: object, properties: readonly string[]): Fingerprint {
  const values = inputs as Record<string, unknown>;
  return Object.fromEntries(
    properties.filter((name) => values[name] !== undefined).map((name) => [name, hash(values[name])]),
  );
}

/** The properties, out of those named, whose value is not the one of the fingerprint (or not known yet). */
export function changedProperties(old: Fingerprint, inputs: object, properties: readonly string[]): string[] {
  const now = fingerprint(inputs, properties);
  const values = inputs as Record<string, unknown>;
  return properties.filter((name) => old[name] !== now[name] || hasUnknown(values[name]));
}
