import * as pulumi from "@pulumi/pulumi";
import { nodeConfig } from "../boot/node-config";
import type { Plan } from "../plan/types";
import type { SharedSecrets } from "./acl";
import { enrolment } from "./enrolment";
import type { Node, Peer } from "./node";
import { remoteCommand } from "./remote";
import { rejoin } from "./rejoin";
import { measurementBy, type RoundTrips, surprises } from "./round-trips";
import type { Turns } from "./turns";

export interface MeshArgs {
  plan: Plan;
  nodes: Node[];
  /** What every node gets; `manager` is filled in for each. */
  secrets: pulumi.Output<SharedSecrets>;
  turns: Turns;
}

/** A node that has its secrets. */
interface Enrolled {
  node: Node;
  command: pulumi.Resource;
  peer: pulumi.Output<Peer>;
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
    const enrolled = args.nodes.map((node) => this.enroll(node, args));
    this.peers = this.gather(peersOf(enrolled));
    this.awaitReturns(enrolled, args);
    this.ready = args.nodes.map((node) => this.introduce(node, args.plan));
    this.registerOutputs({});
  }

  /**
   * Through one entry of the state: else each node's command would depend on all nodes' resources, which the engine is told one by one. Of
   * 300 nodes' preview that was a third.
   */
  private gather(peers: pulumi.Output<Record<string, Peer>>): pulumi.Output<Record<string, Peer>> {
    const { input } = new pulumi.Stash("peers", { input: peers }, { parent: this });
    return input.apply((same: Record<string, Peer>) => same);
  }

  /** Managers of several sites measure then how far they are from each other, and only then start Consul. */
  private introduce(node: Node, plan: Plan) {
    const measure = measurementBy(plan, node.plan);
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

  /** Those that other machines wait for meet the managers first, so that they need not wait for these others in turn. */
  private awaitReturns(enrolled: readonly Enrolled[], { plan, secrets, turns }: MeshArgs): void {
    const { awaited, witness: seer } = turns.succession;
    const witness = enrolled.find(({ node }) => node.plan.name === seer);
    if (witness === undefined) return;
    const managers = peersOf(enrolled.filter(({ node }) => node.plan.role === "manager"));
    for (const { node, command, peer } of enrolled.filter(({ node }) => awaited.includes(node.plan.name))) {
      const returning = { node, enrolled: command, peer };
      const seen = { plan, secrets, ...returning, managers, witness: witness.node, dependsOn: [witness.command] };
      turns.returned(node.plan.name, rejoin(seen, this));
    }
  }

  private enroll(node: Node, { plan, secrets }: MeshArgs): Enrolled {
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
    const peer = pulumi
      .all([pulumi.unsecret(command.stdout), endpointOf(node, plan)])
      .apply(([stdout, endpoint]): Peer => {
        const { publicKey } = JSON.parse(stdout) as { publicKey: string };
        return { publicKey, endpoint, address: node.plan.meshAddress };
      });
    return { node, command, peer };
  }
}

/** By node name. */
function peersOf(enrolled: readonly Enrolled[]): pulumi.Output<Record<string, Peer>> {
  const entries = enrolled.map(({ node, peer }) => peer.apply((each): [string, Peer] => [node.plan.name, each]));
  return pulumi.all(entries).apply((pairs) => Object.fromEntries(pairs));
}

/** Without encryption the mesh stays on the site's private network. */
function endpointOf(node: Node, { network }: Plan): pulumi.Output<string> {
  return network.mesh === "wireguard" ? node.endpoint : pulumi.interpolate`${node.privateAddress}:${network.meshPort}`;
}
