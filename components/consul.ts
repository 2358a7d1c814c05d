import * as pulumi from "@pulumi/pulumi";
import { POLICIES } from "../boot/consul";
import type { Plan } from "../plan/types";
import type { Peer } from "./mesh";
import type { Node } from "./node";
import { remoteCommand } from "./remote";
import type { Secrets, Token, TokenName } from "./secrets";

export interface ConsulArgs {
  plan: Plan;
  /** The manager that the once-only commands run on. */
  first: Node;
  secrets: Secrets;
  peers: pulumi.Output<Record<string, Peer>>;
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
          .all([secrets.managementToken, secrets.tokens, args.peers])
          .apply(([management, tokens, peers]) => JSON.stringify(consulDocument(args.plan, management, tokens, peers))),
      },
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}

/** What storm_cluster.py's `consul` step reads. */
export function consulDocument(
  plan: Plan,
  management: string,
  tokens: Record<TokenName, Token>,
  peers: Record<string, Peer>,
) {
  return {
    management,
    policies: Object.entries(POLICIES).map(([name, rules]) => ({ name, rules })),
    tokens: Object.entries(tokens).map(([name, token]) => ({
      ...token,
      description: `storm:${name}`,
      policies: [`storm-${name}`],
    })),
    nodes: Object.fromEntries(
      plan.nodes.map((node) => [
        node.name,
        {
          role: node.role,
          pool: node.pool,
          site: node.site,
          size: node.size,
          labels: node.labels,
          address: node.meshAddress,
        },
      ]),
    ),
    peers: Object.fromEntries(plan.nodes.map((node) => [`${node.pool}/${node.name}`, peers[node.name]])),
  };
}
