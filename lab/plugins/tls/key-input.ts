/** The two ways to hand over a private key: kept in state, or write-only with a version that tells when it changed. */
import type { CheckFailure, Fields } from "../shared/fields";
import type { ValueMap } from "../shared/values";

/** Inputs named `name`, `nameWo` and `nameWoVersion`. A write-only key is no change by itself. */
export function keyFields(name: string): Fields {
  return {
    [name]: { type: "string", secret: true, change: "replace" },
    [`${name}Wo`]: { type: "string", secret: true, change: "ignore" },
    [`${name}WoVersion`]: { type: "integer", change: "replace" },
  };
}

/** Exactly one of the two, and a version with the write-only one. */
export function checkKey(name: string, inputs: ValueMap): CheckFailure[] {
  const [kept, writeOnly] = [inputs[name] !== undefined, inputs[`${name}Wo`] !== undefined];
  if (kept === writeOnly) {
    return [{ property: name, reason: `exactly one of ${name} and ${name}Wo must be set` }];
  }
  return writeOnly && inputs[`${name}WoVersion`] === undefined
    ? [{ property: `${name}WoVersion`, reason: `must be set together with ${name}Wo` }]
    : [];
}

/** The key itself, from settings without secret marks. */
export function keyOf(name: string, settings: ValueMap): string {
  return String(settings[name] ?? settings[`${name}Wo`] ?? "");
}

/** What goes into state: everything but the write-only key. */
export function withoutWriteOnly(name: string, inputs: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(inputs).filter(([property]) => property !== `${name}Wo`));
}
