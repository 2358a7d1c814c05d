import type * as pulumi from "@pulumi/pulumi";
import type { Plan, SitePlan } from "../../plan/types";

/** Where a site's resources are: every one of them is put there. */
export interface Placement {
  /** The site's own resource group: names inside it need no prefix, and deleting it by hand is the last resort. */
  resourceGroupName: pulumi.Output<string>;
  /** Azure region, e.g. "eastus". */
  location: string;
}

/** Azure names the zones of every region that has zones so; they are other buildings for each subscription. */
const ZONES = ["1", "2", "3"];

/** `pool` of what all pools of a site use; limits and bills by pool leave it out. */
const SHARED = "shared";

/**
 * The zones of a site's region, for what is spread over all of them whatever the pools do; undefined where it has none. The plan
 * gives every pool of a region with zones at least one.
 */
export function zonesOf({ pools }: Plan, site: SitePlan): string[] | undefined {
  return pools.some((pool) => pool.site === site.name && pool.zones.length > 0) ? ZONES : undefined;
}

/** Tags of whatever takes some: whose it is, of which environment and of which pool. */
export function tagsOf({ name, env }: Pick<Plan, "name" | "env">, pool = SHARED): Record<string, string> {
  return { owner: name, stack: env, pool };
}
