/** What AWS refuses besides wrong types, for several resource types alike. Values may be secret or unknown. */
import type { CheckFailure } from "../shared/fields";
import { isMap } from "../shared/fields";
import type { CheckCall } from "../shared/resource";
import { Secret, Unknown, type Value, type ValueMap } from "../shared/values";
import { ZONE_LETTERS } from "./regions";

/** The value itself, or undefined while it is not known. */
export function known(value: Value | undefined): Exclude<Value, Secret | Unknown> | undefined {
  const bare = value instanceof Secret ? value.value : value;
  return bare instanceof Secret || bare instanceof Unknown ? undefined : bare;
}

export function text(value: Value | undefined): string | undefined {
  const bare = known(value);
  return typeof bare === "string" ? bare : undefined;
}

export function number(value: Value | undefined): number | undefined {
  const bare = known(value);
  return typeof bare === "number" ? bare : undefined;
}

export function map(value: Value | undefined): ValueMap {
  const bare = known(value);
  return isMap(bare) ? bare : {};
}

export function list(value: Value | undefined): Value[] {
  const bare = known(value);
  return Array.isArray(bare) ? bare : [];
}

/** A failure of `property` unless `fine`. */
export function unless(fine: boolean, property: string, reason: string): CheckFailure[] {
  return fine ? [] : [{ property, reason }];
}

/** A text that must match, where it is known. */
export function matching(inputs: ValueMap, property: string, pattern: RegExp, reason: string): CheckFailure[] {
  const value = text(inputs[property]);
  return unless(value === undefined || pattern.test(value), property, `${reason}, got ${JSON.stringify(value)}`);
}

/** A number within bounds, where it is known. */
export function within(value: Value | undefined, property: string, least: number, most: number): CheckFailure[] {
  const found = number(value);
  const fine = found === undefined || (found >= least && found <= most);
  return unless(fine, property, `must be from ${least} to ${most}, got ${found}`);
}

/** Exactly one of these properties is there. */
export function oneOf(inputs: ValueMap, names: string[]): CheckFailure[] {
  const there = names.filter((name) => inputs[name] !== undefined);
  return unless(
    there.length === 1,
    names[0] ?? "",
    `exactly one of ${names.join(", ")} is needed, got ${there.join(", ") || "none"}`,
  );
}

export function zoneOfRegion(inputs: ValueMap, { config }: Pick<CheckCall, "config">): CheckFailure[] {
  const region = text(config["region"]) ?? "";
  const zone = text(inputs["availabilityZone"]);
  const fine = zone === undefined || (zone.slice(0, -1) === region && ZONE_LETTERS.includes(zone.slice(-1)));
  return unless(fine, "availabilityZone", `${region} has zones from ${region}a on, got ${zone}`);
}

/** Bytes of user-data that EC2 takes, after base64 is decoded. */
const USER_DATA_BYTES = 16 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function userDataFits(value: Value | undefined, property: string): CheckFailure[] {
  const encoded = text(value);
  if (encoded === undefined) return [];
  if (!BASE64.test(encoded)) return [{ property, reason: "must be base64" }];
  const { length } = Buffer.from(encoded, "base64");
  return unless(length <= USER_DATA_BYTES, property, `must be at most ${USER_DATA_BYTES} bytes, got ${length}`);
}
