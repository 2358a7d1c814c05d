import * as pulumi from "@pulumi/pulumi";
import { bootFiles, hostFiles, pack } from "../boot/boot-files";
import { unitsOf } from "../boot/cloud-init";
import { nodeConfig } from "../boot/node-config";
import { type NodeSecrets, secretFiles } from "../boot/secret-files";
import type { Plan } from "../plan/types";
import { aclDocument } from "./consul";
import type { Node, Peer } from "./node";
import { remoteCommand } from "./remote";
import type { Token, TokenName } from "./secrets";

/** What all nodes get; servers also the tokens' identifiers. */
export type SharedSecrets = Omit<NodeSecrets, "manager" | "managementToken"> & {
  management: Token;
  tokens: Record<TokenName, Token>;
};

export interface MeshArgs {
  plan: Plan;
  nodes: Node[];
  /** What every node gets; `manager` is filled in for each. */
  secrets: pulumi.Output<SharedSecrets>;
}

/**
 * Enrols the fixed nodes: each gets its secrets and answers with its public mesh key, then all get to know each other.
 * From then on the peers live in Consul, and nodes that come later are heard of there.
 */
export class Mesh extends pulumi.ComponentResource {
  /** By node name. */
  readonly peers: pulumi.Output<Record<string, Peer>>;
  /** Resolves when every node knows its peers. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:mesh:Mesh", name, {}, opts);
    const scripts = pack(bootFiles());
    const hostScripts = pack([...bootFiles(), ...hostFiles()]);
    const isHost = (node: Node) => node.plan.hostKey !== undefined;
    const entries = args.nodes.map((node) =>
      pulumi
        .all([this.enroll(node, args, isHost(node) ? hostScripts : scripts), node.endpoint])
        .apply(([publicKey, endpoint]): [string, Peer] => [
          node.plan.name,
          { publicKey, endpoint, address: node.plan.meshAddress },
        ]),
    );
    this.peers = pulumi.all(entries).apply((pairs) => Object.fromEntries(pairs));
    this.ready = args.nodes.map((node) =>
      remoteCommand(
        `peers-${node.plan.name}`,
        {
          node,
          create: "python3 /usr/local/lib/storm/storm_apply.py peers",
          stdin: this.peers.apply((peers) => JSON.stringify({ peers })),
        },
        { parent: this },
      ),
    );
    this.registerOutputs({});
  }

  private enroll(node: Node, { plan, secrets }: MeshArgs, scripts: string) {
    const config = nodeConfig(plan, node.plan);
    const command = remoteCommand(
      `enroll-${node.plan.name}`,
      {
        node,
        create: "cloud-init status --wait >/dev/null; exec python3 /usr/local/lib/storm/storm_apply.py enroll",
        stdin: secrets.apply((shared) =>
          JSON.stringify({
            packed: scripts,
            files: secretFiles({
              ...shared,
              managementToken: shared.management.secret,
              manager: config.consul.server,
            }),
            start: unitsOf(config),
            ...(config.consul.server ? { acl: aclDocument(shared.management, shared.tokens) } : {}),
          }),
        ),
      },
      { parent: this },
    );
    // A public key, and the only thing that the command prints.
    return pulumi.unsecret(command.stdout).apply((stdout) => (JSON.parse(stdout) as { publicKey: string }).publicKey);
  }
}
