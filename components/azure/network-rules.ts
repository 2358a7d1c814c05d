import { subnetAt } from "../../plan/subnets";
import type { FirewallRow, NetworkPlan } from "../../plan/types";

/** What a network security group guards: the network interfaces of managers, of the other nodes, or of the bastion. */
export type Guarded = "manager" | "node" | "bastion";

/** One inbound rule of a network security group. */
export interface SecurityRule {
  name: string;
  description: string;
  /** 100 to 4096, unique in its group; the smallest that fits decides. */
  priority: number;
  direction: "Inbound";
  access: "Allow" | "Deny";
  protocol: "Tcp" | "Udp" | "*";
  sourceAddressPrefixes?: string[];
  sourceAddressPrefix?: string;
  sourcePortRange: "*";
  destinationAddressPrefix: "*";
  destinationPortRange: string;
}

/** Azure's name of whatever is not in the virtual network. */
const WORLD = "Internet";
const FIRST_PRIORITY = 100;
const LAST_PRIORITY = 4096;

interface Row extends Pick<FirewallRow, "protocol" | "port" | "why"> {
  from: string;
  sources: string[];
}

/**
 * The plan's firewall as rules of one group. Azure's load balancer passes packets on with their own source address, so what the
 * world may send to the load balancer it may send to the nodes. Azure's default rules let the whole virtual network in: the last
 * rule takes that back.
 */
export function securityRules(network: NetworkPlan, guarded: Guarded): SecurityRule[] {
  const rows = guarded === "bastion" ? bastionRows(network) : nodeRows(network, guarded);
  const allowed = rows.map((row, index): SecurityRule => {
    const { from, sources, protocol, port, why } = row;
    return {
      name: `${from}-${protocol}-${port}`,
      description: why,
      priority: FIRST_PRIORITY + index * 10,
      direction: "Inbound",
      access: "Allow",
      protocol: protocol === "tcp" ? "Tcp" : "Udp",
      ...(sources.length === 1 ? { sourceAddressPrefix: sources[0] } : { sourceAddressPrefixes: sources }),
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: String(port),
    };
  });
  return [...allowed, DENY_THE_REST];
}

const DENY_THE_REST: SecurityRule = {
  name: "nothing-else",
  description: "Azure's own rules would let in the whole virtual network",
  priority: LAST_PRIORITY,
  direction: "Inbound",
  access: "Deny",
  protocol: "*",
  sourceAddressPrefix: "*",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "*",
};

function nodeRows(network: NetworkPlan, guarded: "manager" | "node"): Row[] {
  const rows = network.firewall.filter(({ to }) => to !== "manager" || guarded === "manager");
  const probes = rows
    .filter(({ from, to }) => from === "world" && to === "load-balancer")
    .map(({ port }): Row => {
      const why = "health probe of the load balancer";
      return { from: "probe", sources: ["AzureLoadBalancer"], protocol: "tcp", port, why };
    });
  const allowed = rows.flatMap((row): Row[] => {
    const sources = sourcesOf(network, row);
    if (sources.length === 0) return [];
    // Azure's name for the world leaves out the virtual network, through which elastic nodes of the site reach the mesh's other nodes.
    const inside: Row[] =
      row.from === "world" && row.to === "node" && sources[0] === WORLD
        ? [{ ...row, from: "site", sources: [network.siteCidr] }]
        : [];
    return [{ ...row, sources }, ...inside];
  });
  return [...allowed, ...probes];
}

/** What is in the mesh comes as the mesh's own packets; where nodes are private, those come from the site alone. */
function sourcesOf(network: NetworkPlan, { from, to }: FirewallRow): string[] {
  switch (from) {
    case "world":
      return [network.private && to !== "load-balancer" ? network.siteCidr : WORLD];
    case "site":
      return [network.siteCidr];
    case "admin":
      return network.private ? [subnetsOf(network).bastion] : network.adminCidrs;
    case "mesh":
      return [];
  }
}

function bastionRows({ adminCidrs }: NetworkPlan): Row[] {
  if (adminCidrs.length === 0) return [];
  return [{ from: "admin", sources: adminCidrs, protocol: "tcp", port: 22, why: "SSH to the nodes passes here" }];
}

/** Subnets of a site's /16: the lower half for nodes, the last 256 addresses for the bastion. */
export function subnetsOf({ siteCidr }: Pick<NetworkPlan, "siteCidr">): { nodes: string; bastion: string } {
  return { nodes: subnetAt(siteCidr, 17, 0), bastion: subnetAt(siteCidr, 24, 255) };
}
