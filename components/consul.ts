import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../plan/types";
import { aclDocument, type SharedSecrets } from "./acl";
import { elasticDocument } from "./enrolment";
import type { Node, Peer } from "./node";
import { remoteCommand } from "./remote";
import type { ClusterSecrets } from "./secrets";

export interface ConsulArgs {
  plan: Plan;
  /** The manager that the once-only commands run on. */
  first: Node;
  secrets: ClusterSecrets;
  /** What the nodes get; elastic ones find it in Consul. */
  shared: pulumi.Output<SharedSecrets>;
  peers: pulumi.Output<Record<string, Peer>>;
  dependsOn: pulumi.Resource[];
}

/**
 * Consul's policies, tokens and the lists that the nodes follow. The servers find each other by themselves; tokens are
 * created with identifiers given beforehand, so that a crash in between loses nothing.
 */
export class Consul extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource;

  constructor(name: string, args: ConsulArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:consul:Consul", name, {}, opts);
    const { secrets } = args;
    this.ready = remoteCommand(
      name,
      {
        node: args.first,
        create: "exec python3 /usr/local/lib/storm/storm_cluster.py consul",
        stdin: pulumi.all([secrets.gossipKey, args.shared, args.peers]).apply(([gossip, shared, peers]) =>
          JSON.stringify({
            management: shared.management.secret,
            gossip,
            acl: aclDocument(shared),
            nodes: nodeList(args.plan, peers),
            peers: Object.fromEntries(args.plan.nodes.map((node) => [`${node.pool}/${node.name}`, peers[node.name]])),
            ...elasticDocument(args.plan, shared),
          }),
        ),
      },
      { parent: this, dependsOn: args.dependsOn },
    );
    this.registerOutputs({});
  }
}

/**
 * The nodes of the plan as every node may read them in Consul's KV (`storm/nodes`). The mesh key changes with the machine: so the
 * list is a new one when a node is replaced, and the swarm's gate waits until the controller has seen to it.
 */
export function nodeList(plan: Plan, peers: Partial<Record<string, Peer>>) {
  return Object.fromEntries(
    plan.nodes.map(({ name, role, pool, site, size, labels, meshAddress: address }) => [
      name,
      { role, pool, site, size, labels, address, key: peers[name]?.publicKey },
    ]),
  );
}
