import type { FirewallRow, NetworkPlan } from "../../plan/types";

/** Security groups of a site. */
export type Group = "balancer" | "node" | "manager" | "bastion";

export interface Rule {
  /** Who it lets in, and to what: stable, so that a row more touches no other. */
  name: string;
  group: Group;
  protocol: "tcp" | "udp";
  port: number;
  from: { cidr: string } | { group: Group };
  why: string;
}

const WORLD = "0.0.0.0/0";
const SSH = 22;
const GROUP_OF = { "load-balancer": "balancer", node: "node", manager: "manager" } as const;

/** The plan's rows as rules of security groups. Rows of the mesh are none: that traffic comes inside of WireGuard's. */
export function ingressRules(network: NetworkPlan): Rule[] {
  const balanced = network.firewall.filter((row) => row.to === "load-balancer").map((row) => row.port);
  const rules = network.firewall.flatMap((row) =>
    sources(row, network, balanced).map((from) => rule(GROUP_OF[row.to], row, from)),
  );
  const bastion = network.private
    ? network.adminCidrs.map((cidr) =>
        rule("bastion", { protocol: "tcp", port: SSH, why: "SSH on the way to the nodes" }, { cidr }),
      )
    : [];
  return [...new Map([...rules, ...bastion].map((each) => [each.name, each])).values()];
}

function sources(row: FirewallRow, network: NetworkPlan, balanced: number[]): Rule["from"][] {
  switch (row.from) {
    case "mesh":
      return [];
    case "world":
      // Nodes without public addresses have no peers outside of their network.
      return [{ cidr: network.private && row.to !== "load-balancer" ? network.siteCidr : WORLD }];
    case "admin":
      return network.private ? [{ group: "bastion" }] : network.adminCidrs.map((cidr) => ({ cidr }));
    case "site":
      // The load balancer keeps the client's address, so a rule by address would have to let the world in past it.
      return [balanced.includes(row.port) ? { group: "balancer" } : { cidr: network.siteCidr }];
  }
}

function rule(group: Group, row: Pick<Rule, "protocol" | "port" | "why">, from: Rule["from"]): Rule {
  const source = "group" in from ? from.group : from.cidr === WORLD ? "world" : from.cidr.replace("/", "-");
  const { protocol, port, why } = row;
  return { name: `${group}-${protocol}-${port}-from-${source}`, group, protocol, port, from, why };
}
