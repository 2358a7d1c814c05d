/** The inputs `dnsNames`, `ipAddresses` and `uris`. */
import { isIP } from "node:net";
import type { CheckFailure, Fields } from "../shared/fields";
import { reveal, type Value, type ValueMap } from "../shared/values";
import type { AltNames } from "./extensions";

export const ALT_NAME_FIELDS: Fields = {
  dnsNames: { type: "strings", change: "replace" },
  ipAddresses: { type: "strings", change: "replace" },
  uris: { type: "strings", change: "replace" },
};

/** Addresses must be addresses; the rest is free. */
export function checkAltNames(inputs: ValueMap): CheckFailure[] {
  const wrong = list(reveal(inputs["ipAddresses"] ?? null)).find((address) => !isIP(address));
  return wrong === undefined
    ? []
    : [{ property: "ipAddresses", reason: `Invalid IP address: failed to parse ${JSON.stringify(wrong)}` }];
}

export function altNamesOf(settings: ValueMap): AltNames {
  return {
    dnsNames: list(settings["dnsNames"]),
    ipAddresses: list(settings["ipAddresses"]),
    uris: list(settings["uris"]),
  };
}

function list(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
