import { wildcardOf } from "./dns";
import type { Plan } from "./types";

/** Of the cluster's own names; no stack of a user's may be called so (spec/rules/compose.ts). */
const OWN = "storm";

/**
 * The ingress's certificates and the names that each is for: one for the cluster's own names, and one a stack, for a wildcard matches one
 * label only.
 */
export function ingressNames(plan: Pick<Plan, "ownNames" | "stacks">): Record<string, string[]> {
  return Object.fromEntries([
    [OWN, plan.ownNames],
    ...plan.stacks.map(({ name, domain }) => [name, [wildcardOf(domain), domain]]),
  ]);
}
