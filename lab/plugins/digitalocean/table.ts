/** What the tables of the types have in common. */
import { createHash } from "node:crypto";
import type { CloudType } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import { reveal, type Value, type ValueMap } from "../shared/values";

export interface Table {
  readonly [type: string]: CloudType;
}

/** The input's text, if it is known. */
export function textOf(inputs: ValueMap, name: string): string | undefined {
  const value = reveal(inputs[name] ?? null);
  return typeof value === "string" ? value : undefined;
}

/** The input's texts that are known. */
export function textsOf(value: Value | undefined): string[] {
  const list = reveal(value ?? null);
  return Array.isArray(list) ? list.map(reveal).filter((item) => typeof item === "string") : [];
}

/** A check of one text. */
export function matches(inputs: ValueMap, property: string, pattern: RegExp, reason: string): CheckFailure[] {
  const text = textOf(inputs, property);
  return text === undefined || pattern.test(text) ? [] : [{ property, reason }];
}

/** Checks the texts of a list of tags. */
export function checkTags(value: Value | undefined, property = "tags"): CheckFailure[] {
  const wrong = textsOf(value).some((tag) => !TAG.test(tag));
  return wrong ? [{ property, reason: 'tags are 1 to 255 letters, digits, ":", "-" and "_"' }] : [];
}

export const TAG = /^[A-Za-z0-9:_-]{1,255}$/;

/** An address of 10.0.0.0/8 in a network of /20 that is the same for the same text. */
export function privateAddress(network: string, host: string): string {
  const [a = 0] = createHash("sha256").update(network).digest();
  const [b = 0, c = 0] = createHash("sha256").update(host).digest();
  return `10.${100 + (a % 40)}.${b % 16}.${1 + (c % 254)}`;
}
