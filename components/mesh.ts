import * as pulumi from "@pulumi/pulumi";
import { nodeConfig } from "../boot/node-config";
import type { Plan } from "../plan/types";
import type { SharedSecrets } from "./acl";
import { enrolment } from "./enrolment";
import type { Node, Peer } from "./node";
import { remoteCommand } from "./remote";
import { measurement, type RoundTrips, surprises } from "./round-trips";

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
    const entries = args.nodes.map((node) =>
      pulumi
        .all([this.enroll(node, args), endpointOf(node, args.plan)])
        .apply(([publicKey, endpoint]): [string, Peer] => [
          node.plan.name,
          { publicKey, endpoint, address: node.plan.meshAddress },
        ]),
    );
    this.peers = pulumi.all(entries).apply((pairs) => Object.fromEntries(pairs));
    this.ready = args.nodes.map((node) => this.introduce(node, args.plan));
    this.registerOutputs({});
  }

  /** Managers of several sites measure then how far they are from each other, and only then start Consul. */
  private introduce(node: Node, plan: Plan) {
    const measure = node.plan.role === "manager" ? measurement(plan) : undefined;
    const command = remoteCommand(
      `peers-${node.plan.name}`,
      {
        node,
        create: "python3 /usr/local/lib/storm/storm_apply.py peers",
        stdin: this.peers.apply((peers) => JSON.stringify({ peers, measure })),
      },
      { parent: this },
    );
    // Names and figures are all that the command prints.
    if (measure !== undefined)
      pulumi.unsecret(command.stdout).apply((stdout) => {
        const { roundTrips } = JSON.parse(stdout) as { roundTrips?: RoundTrips };
        for (const line of surprises(plan, node.plan, roundTrips ?? {})) void pulumi.log.warn(line, command);
      });
    return command;
  }

  private enroll(node: Node, { plan, secrets }: MeshArgs) {
    const config = nodeConfig(plan, node.plan);
    const command = remoteCommand(
      `enroll-${node.plan.name}`,
      {
        node,
        create: "cloud-init status --wait >/dev/null; exec python3 /usr/local/lib/storm/storm_apply.py enroll",
        stdin: secrets.apply((shared) => JSON.stringify(enrolment(plan, config, shared))),
      },
      { parent: this },
    );
    // A public key, and the only thing that the command prints.
    return pulumi.unsecret(command.stdout).apply((stdout) => (JSON.parse(stdout) as { publicKey: string }).publicKey);
  }
}

/** Without encryption the mesh stays on the site's private network. */
function endpointOf(node: Node, { network }: Plan): pulumi.Output<string> {
  return network.mesh === "wireguard" ? node.endpoint : pulumi.interpolate`${node.privateAddress}:${network.meshPort}`;
}
