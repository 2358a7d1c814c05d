/**
 * Regions and sizes as the stand-in knows them, apart from spec/ so that one table checks the other. Which size is where: as known to
 * the authors in June 2025 (docs.digitalocean.com/platform/regional-availability); what is sold out today only the API tells.
 */
import { createHash } from "node:crypto";
import type { CheckFailure } from "../shared/fields";
import { textOf } from "./table";
import type { ValueMap } from "../shared/values";

const BASIC = /^s-(1vcpu-512mb-10gb|(1vcpu-[12]gb|2vcpu-[24]gb|4vcpu-8gb|8vcpu-16gb)(-amd|-intel)?)$/;
const DEDICATED = /^(c-(2|4|8|16|32)|[gm]-\d{1,2}vcpu-\d{1,3}gb)$/;

/** Every size, or the shared CPUs alone. */
const REGIONS: { readonly [region: string]: "all" | "basic" } = {
  nyc1: "all",
  nyc2: "basic",
  nyc3: "all",
  sfo2: "all",
  sfo3: "all",
  tor1: "all",
  atl1: "all",
  ams3: "all",
  lon1: "all",
  fra1: "all",
  blr1: "all",
  sgp1: "all",
  syd1: "all",
};

export const REGION_NAMES = Object.keys(REGIONS);

export function hasSize(region: string, size: string): boolean {
  return BASIC.test(size) || (REGIONS[region] === "all" && DEDICATED.test(size));
}

/** Whether the region is there, and has the size, where one is asked for. */
export function checkPlace(inputs: ValueMap, path = ""): CheckFailure[] {
  const region = textOf(inputs, "region");
  const size = textOf(inputs, "size");
  if (region === undefined) return [];
  if (!REGION_NAMES.includes(region))
    return [{ property: `${path}region`, reason: `there is no region ${JSON.stringify(region)}` }];
  return size === undefined || hasSize(region, size)
    ? []
    : [{ property: `${path}size`, reason: `size ${JSON.stringify(size)} is not available in ${region}` }];
}

const IDS_OF_A_REGION = 10_000_000;

/** A Droplet's id: a whole number that is the same for the same seed, and tells the stand-in the region. */
export function dropletId(inputs: ValueMap, _config: ValueMap, seed: string): string {
  const hash = createHash("sha256").update(seed).digest().readUInt32BE(0);
  const region = REGION_NAMES.indexOf(textOf(inputs, "region") ?? "");
  return String((region + 1) * IDS_OF_A_REGION + (hash % IDS_OF_A_REGION));
}

/** The region of a Droplet, if its id is known. */
export function regionOfDroplet(inputs: ValueMap): string | undefined {
  const id = inputs["dropletId"];
  return typeof id === "number" ? REGION_NAMES[Math.floor(id / IDS_OF_A_REGION) - 1] : undefined;
}
