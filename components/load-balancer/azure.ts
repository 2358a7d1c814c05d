import { LoadBalancer } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, SitePlan } from "../../plan/types";
import { type Placement, tagsOf } from "../azure/placement";
import { createAddress } from "../network/azure";

export interface AzureLoadBalancerArgs {
  plan: Plan;
  site: SitePlan;
  placement: Placement;
}

/** Front and back: the ingress listens on the ports that users type. */
const PORTS = { https: 443, http: 80 };
const NAME = "ingress";
const FRONTEND = "public";
const BACKEND = "nodes";

/**
 * Azure's Standard Load Balancer: 80 and 443 of one address that is in all zones, to every node whose ingress takes connections.
 * Packets keep their source address. Nodes join by their network interfaces, those of scale sets by the set's model.
 * About 18 USD a month and 0.005 a GB (azure.microsoft.com/pricing/details/load-balancer).
 */
export class AzureLoadBalancer extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>;
  /** Of the backend pool. */
  readonly backendId: pulumi.Output<string>;

  constructor(name: string, args: AzureLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:load-balancer:AzureLoadBalancer", name, {}, opts);
    const { plan, placement } = args;
    const address = createAddress(`${name}-address`, { ...args, of: NAME }, this);
    const balancer = new LoadBalancer(
      name,
      {
        ...placement,
        loadBalancerName: NAME,
        sku: { name: "Standard", tier: "Regional" },
        frontendIPConfigurations: [{ name: FRONTEND, publicIPAddress: { id: address.id } }],
        backendAddressPools: [{ name: BACKEND }],
        probes: Object.entries(PORTS).map(([port, number]) => ({
          name: port,
          protocol: "Tcp",
          port: number,
          // The shortest that Azure allows: a dead node is left out after 10 s, long before Swarm knows.
          intervalInSeconds: 5,
          probeThreshold: 2,
        })),
        loadBalancingRules: Object.entries(PORTS).map(([port, number]) => ({
          name: port,
          protocol: "Tcp",
          frontendPort: number,
          backendPort: number,
          // The provider writes the load balancer's own id for "$self".
          frontendIPConfiguration: { id: `$self/frontendIPConfigurations/${FRONTEND}` },
          backendAddressPools: [{ id: `$self/backendAddressPools/${BACKEND}` }],
          probe: { id: `$self/probes/${port}` },
          enableTcpReset: true,
          idleTimeoutInMinutes: 4,
          // Nodes go out by their own addresses or the NAT gateway: the balancer's few ports for that would run out.
          disableOutboundSnat: true,
        })),
        tags: tagsOf(plan),
      },
      { parent: this },
    );
    this.address = address.address;
    this.backendId = pulumi.interpolate`${balancer.id}/backendAddressPools/${BACKEND}`;
    this.registerOutputs({ address: this.address });
  }

  /** Where the site's users arrive, by port name. */
  get ports(): Record<string, number> {
    return PORTS;
  }
}
