import { stableHash } from "../../plan/hash";
import type { Plan, Role, SitePlan } from "../../plan/types";

/** DNS labels end here, and Droplets' names are host names; Volumes end at 64. */
const MAX_NAME = 63;

/** What tells this cluster's part in one region from everything else in the account. */
export function scopeOf({ name, env }: Pick<Plan, "name" | "env">, { region }: Pick<SitePlan, "region">): string {
  return startingWithLetter(`${name}-${env}-${region}`);
}

/** Name in the account of what belongs to one node or pool: lower-case letters, digits and "-", a letter first. */
export function physicalName({ name, env }: Pick<Plan, "name" | "env">, part: string): string {
  const whole = startingWithLetter(`${name}-${env}-${part}`);
  if (whole.length <= MAX_NAME) return whole;
  const hash = stableHash(whole).toString(16).padStart(8, "0");
  return `${whole.slice(0, MAX_NAME - 1 - hash.length).replace(/-+$/, "")}-${hash}`;
}

/** Volumes' names must. */
function startingWithLetter(text: string): string {
  return /^[a-z]/.test(text) ? text : `storm-${text}`;
}

/** Names of tags, which are the account's and not a region's: each begins with the kind and says whose it is. */
export const tagNames = {
  owner: (scope: string) => `owner:${scope}`,
  stack: (scope: string) => `stack:${scope}`,
  role: (scope: string, role: Role) => `role:${scope}:${role}`,
  pool: (scope: string, pool: string) => `pool:${scope}:${pool}`,
};
