import * as pulumi from "@pulumi/pulumi";
import { POLICIES } from "../boot/consul";
import type { Plan } from "../plan/types";
import type { Node, Peer } from "./node";
import { remoteCommand } from "./remote";
import type { ClusterSecrets, Token, TokenName } from "./secrets";

export interface ConsulArgs {
  plan: Plan;
  /** The manager that the once-only commands run on. */
  first: Node;
  secrets: ClusterSecrets;
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
        stdin: pulumi
          .all([secrets.management, secrets.tokens, secrets.gossipKey, args.peers])
          .apply(([management, tokens, gossip, peers]) =>
            JSON.stringify({
              management: management.secret,
              gossip,
              acl: aclDocument(management, tokens),
              nodes: nodeList(args.plan, peers),
              peers: Object.fromEntries(args.plan.nodes.map((node) => [`${node.pool}/${node.name}`, peers[node.name]])),
            }),
          ),
      },
      { parent: this, dependsOn: args.dependsOn },
    );
    this.registerOutputs({});
  }
}

/** Policies and tokens as storm_acl.py takes them; the management token has an identifier of its own from the start. */
export function aclDocument(management: Token, tokens: Record<TokenName, Token>) {
  return {
    policies: Object.entries(POLICIES).map(([name, rules]) => ({ name, rules })),
    tokens: [
      { ...management, description: "storm:management", policies: ["global-management"] },
      ...Object.entries(tokens).map(([name, token]) => ({
        ...token,
        description: `storm:${name}`,
        policies: [`storm-${name}`],
      })),
    ],
  };
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
