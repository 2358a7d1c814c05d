import * as pulumi from "@pulumi/pulumi";
import { EDGE_NETWORK } from "../boot/system-stacks";
import type { Plan } from "../plan/types";
import type { Node } from "./node";
import { remoteCommand } from "./remote";

export interface SwarmArgs {
  plan: Plan;
  /** The manager that the once-only command runs on. */
  first: Node;
  /** All fixed nodes: a replaced one is waited for like a new one. */
  nodes: Node[];
  dependsOn: pulumi.Resource[];
}

/**
 * The swarm: initialised once, then every node joins by its own joiner. The command ends when exactly the plan's nodes
 * are in it, Ready and labelled, so that a node which leaves the plan is drained before its machine goes, and a new one is in with its
 * share of the global services.
 */
export class Swarm extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource;

  constructor(name: string, args: SwarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:swarm:Swarm", name, {}, opts);
    const { network, nodes } = args.plan;
    this.ready = remoteCommand(
      name,
      {
        node: args.first,
        triggers: args.nodes.filter((node) => node !== args.first).map((node) => node.id),
        create: "exec python3 /usr/local/lib/storm/storm_cluster.py swarm",
        stdin: JSON.stringify({
          nodes: nodes.map((node) => node.name),
          overlay: { cidr: network.overlayCidr, mtu: network.overlayMtu },
          edge: EDGE_NETWORK,
        }),
      },
      { parent: this, dependsOn: args.dependsOn },
    );
    this.registerOutputs({});
  }
}
