import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { FirewallRow, NetworkPlan } from "../../plan/types";

type InboundRule = digitalocean.types.input.FirewallInboundRule;

const WORLD = ["0.0.0.0/0", "::/0"];

export interface DigitalOceanFirewallArgs {
  /** Name of the site in the account. */
  scope: string;
  network: NetworkPlan;
  /** On every machine of the site. */
  siteTag: pulumi.Input<string>;
  /** On the site's managers; undefined where it has none. */
  managerTag: pulumi.Input<string> | undefined;
  loadBalancer: pulumi.Input<string>;
}

/**
 * The plan's rows as cloud firewalls, bound to tags: a machine that an elastic pool makes later is behind them from its start.
 * Rows of the mesh need none, for they are inside WireGuard's packets.
 */
export class DigitalOceanFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: DigitalOceanFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:network:DigitalOceanFirewall", name, {}, opts);
    const parent = { parent: this };
    new digitalocean.Firewall(
      `${name}-nodes`,
      {
        name: `${args.scope}-nodes`,
        tags: [args.siteTag],
        inboundRules: inboundRules("node", args),
        // Without outbound rules nothing gets out.
        outboundRules: ["tcp", "udp", "icmp"].map((protocol) => ({
          protocol,
          destinationAddresses: WORLD,
          ...(protocol === "icmp" ? {} : { portRange: "1-65535" }),
        })),
      },
      parent,
    );
    const ofManagers = inboundRules("manager", args);
    if (args.managerTag !== undefined && ofManagers.length > 0)
      new digitalocean.Firewall(
        `${name}-managers`,
        { name: `${args.scope}-managers`, tags: [args.managerTag], inboundRules: ofManagers },
        parent,
      );
    this.registerOutputs({});
  }
}

/** What gets in to one kind of machine. */
export function inboundRules(
  to: "node" | "manager",
  { network, siteTag, loadBalancer }: Pick<DigitalOceanFirewallArgs, "network" | "siteTag" | "loadBalancer">,
): InboundRule[] {
  const balanced = network.firewall.filter((row) => row.to === "load-balancer").map(({ port }) => port);
  const sources = ({ from, port }: FirewallRow): Omit<InboundRule, "protocol"> | undefined => {
    switch (from) {
      case "world":
        return { sourceAddresses: WORLD };
      case "admin":
        // A rule without a source is refused, and nobody is what it would mean.
        return network.adminCidrs.length > 0 ? { sourceAddresses: network.adminCidrs } : undefined;
      case "site":
        // What the load balancer hands on comes from nobody else.
        return balanced.includes(port) ? { sourceLoadBalancerUids: [loadBalancer] } : { sourceTags: [siteTag] };
      case "mesh":
        return undefined;
    }
  };
  return network.firewall
    .filter((row) => row.to === to)
    .flatMap((row) => {
      const found = sources(row);
      return found === undefined ? [] : [{ protocol: row.protocol, portRange: String(row.port), ...found }];
    });
}
