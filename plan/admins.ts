import type { Plan } from "./types";

/**
 * What is wrong with who may reach the nodes, one sentence; undefined if nothing is. Nodes of a cloud are behind a firewall that opens
 * SSH to `network.adminCidrs` alone: the machine that deploys must be in one of them.
 */
export function unreachable(plan: Plan): string | undefined {
  const inClouds = plan.sites.some(({ provider }) => provider !== "local" && provider !== "hosts");
  if (!inClouds || plan.network.adminCidrs.length > 0) return undefined;
  return "network.adminCidrs names no network, so nobody can reach the nodes by SSH, this program included; give the address that you deploy from, such as [203.0.113.7/32]";
}
