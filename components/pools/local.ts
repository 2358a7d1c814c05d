import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { bootFiles, userDataFiles } from "../../boot/boot-files";
import { userData } from "../../boot/cloud-init";
import { nodeConfig } from "../../boot/node-config";
import type { NodePlan, Plan } from "../../plan/types";
import { LocalNetwork, LocalNode, LocalService } from "../local-resources";
import type { Node, NodePool } from "../node";

/** What set-up found out about this machine (stack config `storm:local`). */
export interface LocalMachine {
  /** Docker image that boots as a node. */
  nodeImage: string;
  /** Docker image of the image cache. */
  cacheImage: string;
  cacheEnvironment?: Record<string, string>;
  /** Whether images come from the image cache alone; default: no. */
  offline?: boolean;
  /** Whether the kernel has IP_VS: without it service VIPs and the routing mesh do not answer. */
  ipvs: boolean;
}

export interface LocalPoolArgs {
  plan: Plan;
  machine: LocalMachine;
  clusterId: pulumi.Output<string>;
  sshKey: tls.PrivateKey;
}

/** Number of the load balancer's and the image cache's addresses in the cluster's network. */
export const LOAD_BALANCER_INDEX = 2;
const IMAGE_CACHE_INDEX = 3;

/** Nodes as containers on this machine, which boot from the same user-data as a cloud's instances. */
export class LocalPool extends pulumi.ComponentResource implements NodePool {
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
    const files = userDataFiles(bootFiles());
    this.nodes = args.plan.nodes
      .filter((node) => node.site === name)
      .map((node) => this.createNode(node, args, { address: cache.address, files }));
    this.registerOutputs({ network: this.network.name });
  }

  private createNode(
    node: NodePlan,
    { plan, machine, clusterId, sshKey }: LocalPoolArgs,
    shared: { address: pulumi.Output<string>; files: ReturnType<typeof bootFiles> },
  ): Node {
    const hostKey = new tls.PrivateKey(`${node.name}-host-key`, { algorithm: "ED25519" }, { parent: this });
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
        userData: pulumi
          .all([hostKey.privateKeyOpenssh, hostKey.publicKeyOpenssh, sshKey.publicKeyOpenssh, shared.address])
          .apply(([privateOpenssh, publicOpenssh, authorizedKey, address]) =>
            userData({
              node: nodeConfig(plan, node, { address }),
              files: shared.files,
              hostKey: { privateOpenssh, publicOpenssh: publicOpenssh.trim() },
              authorizedKey: authorizedKey.trim(),
            }),
          ),
      },
      {
        parent: this,
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
      endpoint: pulumi.interpolate`${machineResource.address}:${plan.network.meshPort}`,
      user: "root",
      hostKey: hostKey.publicKeyOpenssh.apply((key) => key.trim()),
      privateKey: sshKey.privateKeyOpenssh,
    };
  }
}
