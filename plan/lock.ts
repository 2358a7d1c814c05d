import type { Lock } from "../spec/lock";
import type { PoolPlan, SitePlan } from "./types";

/** An image's reference with the digest that storm.lock has for it; one with a digest of its own stays as it is. */
export function pinned(reference: string, lock: Lock | undefined): string {
  const digest = reference.includes("@") ? undefined : lock?.containers[reference];
  return digest === undefined ? reference : `${reference}@${digest}`;
}

/** The machine image that storm.lock has for a site's machines, as their provider names it; undefined where it has none. */
export function lockedImage(
  lock: Lock | undefined,
  { provider, region }: Pick<SitePlan, "provider" | "region">,
  architecture: PoolPlan["architecture"],
): string | undefined {
  return lock?.images[machineImageKey(provider, region, architecture)];
}

/** Key of a machine image in storm.lock. */
export function machineImageKey(provider: string, region: string, architecture: string): string {
  return `${provider}/${region}/${architecture}`;
}
