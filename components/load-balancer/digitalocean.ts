import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkPlan } from "../../plan/types";

/** Seconds; the least that DigitalOcean takes (docs.digitalocean.com/products/networking/load-balancers). */
const CHECK_SECONDS = 3;
/** Answers in a row until a machine is in or out; 2 is the least. */
const CHECKS = 2;
const HTTPS = 443;

export interface DigitalOceanLoadBalancerArgs {
  /** Name of the site in the account. */
  scope: string;
  region: string;
  vpc: pulumi.Input<string>;
  project: pulumi.Input<string>;
  /** Machines with this tag are behind it, those that come later included. */
  tag: pulumi.Input<string>;
  network: NetworkPlan;
}

/**
 * Hands TCP on as it is, TLS included, with a PROXY header that names the client. 12 USD a month for one unit
 * (www.digitalocean.com/pricing/load-balancers, as known in June 2025).
 */
export class DigitalOceanLoadBalancer extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Public IPv4 address, kept for the load balancer's life. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: DigitalOceanLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:load-balancer:DigitalOceanLoadBalancer", name, {}, opts);
    const balancer = new digitalocean.LoadBalancer(
      name,
      {
        name: args.scope,
        region: args.region,
        vpcUuid: args.vpc,
        projectId: args.project,
        dropletTag: args.tag,
        enableProxyProtocol: true,
        forwardingRules: args.network.firewall
          .filter((row) => row.from === "world" && row.to === "load-balancer")
          .map(({ port }) => ({ entryPort: port, entryProtocol: "tcp", targetPort: port, targetProtocol: "tcp" })),
        // Asked by itself: Swarm takes longer to notice that a machine is gone.
        healthcheck: {
          protocol: "tcp",
          port: HTTPS,
          checkIntervalSeconds: CHECK_SECONDS,
          responseTimeoutSeconds: CHECK_SECONDS,
          healthyThreshold: CHECKS,
          unhealthyThreshold: CHECKS,
        },
      },
      { parent: this },
    );
    this.id = balancer.id;
    this.address = balancer.ip;
    this.registerOutputs({ address: this.address });
  }
}
