import type { Lock } from "../spec/lock";

/** An image's reference with the digest that storm.lock has for it; one with a digest of its own stays as it is. */
export function pinned(reference: string, lock: Lock | undefined): string {
  const digest = reference.includes("@") ? undefined : lock?.containers[reference];
  return digest === undefined ? reference : `${reference}@${digest}`;
}

/** Key of a machine image in storm.lock. */
export function machineImageKey(provider: string, region: string, architecture: string): string {
  return `${provider}/${region}/${architecture}`;
}
