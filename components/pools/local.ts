import * as pulumi from "@pulumi/pulumi";
import type { NodePlan } from "../../plan/types";
import { LocalLoadBalancer } from "../load-balancer/local";
import type { LocalMachine } from "../local-machine";
import { LocalNetwork, LocalNode, LocalService } from "../local-resources";
import type { Node } from "../node";
import type { Site, SiteArgs } from "../site";
import { birth } from "./birth";

/** Number of the image cache's address in the cluster's network; the load balancer has 2. */
const IMAGE_CACHE_INDEX = 3;

/** This machine as a site. */
export function createSite(args: SiteArgs): Site {
  const { site, clusterId, machine } = args;
  if (machine === undefined) throw new Error("a Local site needs stack config storm:local");
  const pool = new LocalPool(site.name, { ...args, machine });
  const balancer = new LocalLoadBalancer("load-balancer", {
    network: pool.network.name,
    prefix: pool.prefix,
    clusterId,
    image: machine.nodeImage,
    nodes: pool.nodes,
  });
  const api = (name: string) => pulumi.interpolate`${LOOPBACK}:${balancer.ports.apply((ports) => ports[name] ?? 0)}`;
  return {
    nodes: pool.nodes,
    entry: {
      addresses: pulumi.output([LOOPBACK]),
      ports: balancer.ports,
      apis: { docker: api("docker"), consul: api("consul") },
    },
  };
}

const LOOPBACK = "127.0.0.1";

export interface LocalPoolArgs extends SiteArgs {
  machine: LocalMachine;
}

/** Nodes as containers on this machine, which boot from the same user-data as a cloud's instances. */
export class LocalPool extends pulumi.ComponentResource {
  readonly nodes: Node[];
  readonly network: LocalNetwork;
  /** Prefix of every container's and network's name on this machine. */
  readonly prefix: pulumi.Output<string>;

  constructor(name: string, args: LocalPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:LocalPool", name, {}, opts);
    const parent = { parent: this };
    this.prefix = pulumi.interpolate`storm-${args.plan.env}-${args.clusterId}`;
    this.network = new LocalNetwork(`${name}-network`, { name: this.prefix, cluster: args.clusterId }, parent);
    const cache = new LocalService(
      `${name}-image-cache`,
      {
        name: pulumi.interpolate`${this.prefix}-image-cache`,
        network: this.network.name,
        cluster: args.clusterId,
        image: args.machine.cacheImage,
        environment: args.machine.cacheEnvironment,
        addressIndex: IMAGE_CACHE_INDEX,
      },
      // A newer cache is an upgrade, not a reason to touch a running cluster.
      { ...parent, ignoreChanges: ["image", "environment"] },
    );
    this.nodes = args.plan.nodes
      .filter((node) => node.site === name)
      .map((node) => this.createNode(node, args, cache.address));
    this.registerOutputs({ network: this.network.name });
  }

  private createNode(
    node: NodePlan,
    { plan, machine, clusterId, ssh, turns }: LocalPoolArgs,
    cacheAddress: pulumi.Output<string>,
  ): Node {
    const born = birth({ plan, node, ssh, imageCache: cacheAddress }, this);
    const machineResource = new LocalNode(
      node.name,
      {
        name: pulumi.interpolate`${this.prefix}-${node.name}`,
        hostname: node.name,
        network: this.network.name,
        cluster: clusterId,
        image: machine.nodeImage,
        cpus: node.cpus,
        memoryMiB: node.memoryMiB,
        metaData: JSON.stringify({ "instance-id": node.name, "local-hostname": node.name }),
        userData: born.userData,
      },
      {
        parent: this,
        dependsOn: turns.of(node.name),
        // User-data and image are a node's birth: a replacement gets today's, a running node is never replaced for them.
        ignoreChanges: ["userData", "image"],
        // A name and an address can be held by one container only.
        deleteBeforeReplace: true,
      },
    );
    return {
      plan: node,
      id: machineResource.containerId,
      address: machineResource.address,
      privateAddress: machineResource.address,
      endpoint: pulumi.interpolate`${machineResource.address}:${plan.network.meshPort}`,
      user: "root",
      hostKey: born.hostKey,
      privateKey: ssh.privateKey,
    };
  }
}
