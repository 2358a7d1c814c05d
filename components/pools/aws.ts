import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { NodePlan, PoolPlan } from "../../plan/types";
import { Bastion } from "../aws/bastion";
import { ElasticPool } from "../aws/elastic-pool";
import { UbuntuImages } from "../aws/image";
import { createMachine } from "../aws/machine";
import { clusterTags, tagsOf } from "../aws/names";
import { NodeRole } from "../aws/role";
import { AwsLoadBalancer } from "../load-balancer/aws";
import { AwsNetwork } from "../network/aws";
import type { Node, Proxy } from "../node";
import type { Site, SiteArgs } from "../site";
import { birth, rendezvousOf } from "./birth";

/** A region of AWS as a site. */
export function createSite(args: SiteArgs): Site {
  const { plan, site } = args;
  const provider = new Provider(site.name, { region: site.region, defaultTags: { tags: clusterTags(plan) } });
  const by = { providers: [provider] };
  const pools = plan.pools.filter((pool) => pool.site === site.name);
  const network = new AwsNetwork(`${site.name}-network`, args, by);
  const images = new UbuntuImages(network, args);
  const role = new NodeRole(`${site.name}-node`, args, by);
  const proxy = plan.network.private
    ? new Bastion(`${site.name}-bastion`, { ...args, network, images }, by).proxy
    : undefined;
  const fixed = pools
    .filter((pool) => !pool.elastic)
    .map((pool) => new FixedPool(pool.key, { ...args, pool, network, role, images, proxy }, by));
  const nodes = fixed.flatMap((pool) => pool.nodes);
  const balancer = new AwsLoadBalancer(
    `${site.name}-load-balancer`,
    { ...args, network, targets: nodes.map((node) => ({ name: node.plan.name, instanceId: node.id })) },
    by,
  );
  for (const pool of pools.filter((each) => each.elastic))
    new ElasticPool(
      pool.key,
      {
        ...args,
        pool,
        network,
        role,
        images,
        rendezvous: rendezvousOf(nodes),
        targetGroupArns: balancer.targetGroupArns,
      },
      by,
    );
  return { nodes, entry: balancer.entry };
}

export interface FixedPoolArgs extends SiteArgs {
  pool: PoolPlan;
  network: AwsNetwork;
  role: NodeRole;
  images: UbuntuImages;
  /** Where nodes have no public addresses. */
  proxy?: Proxy;
}

/** Where EC2 attaches a data disk; the node sees it under its own id. */
const DATA_DEVICE = "/dev/sdf";

/** Instances that the plan knows by name, over the zones of their pool. */
export class FixedPool extends pulumi.ComponentResource {
  readonly nodes: Node[];

  constructor(name: string, args: FixedPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:AwsFixedPool", name, {}, opts);
    this.nodes = args.plan.nodes
      .filter((node) => node.pool === args.pool.key)
      .map((node) => this.createNode(node, args));
    this.registerOutputs({});
  }

  private createNode(node: NodePlan, args: FixedPoolArgs): Node {
    const { plan, pool, network, ssh } = args;
    const volume = pool.volumeGiB > 0 ? this.createVolume(node, args) : undefined;
    const born = birth({ plan, node, ssh, volumeDevice: volume?.id.apply(deviceOf) }, this);
    const { groups } = network;
    const machine = createMachine(
      node.name,
      {
        plan,
        pool: pool.name,
        subnetId: network.nodeSubnets[node.zone] ?? "",
        securityGroups: [groups.id("node"), ...(node.role === "manager" ? [groups.id("manager")] : [])],
        machineType: node.machineType,
        image: args.images.id(pool.architecture),
        userData: born.userData,
        profile: args.role.profile,
        open: !plan.network.private,
        spot: pool.spot,
        ways: network.ways,
        after: args.turns.of(node.name),
      },
      this,
    );
    if (volume) this.attach(node, volume, machine.instance);
    return {
      plan: node,
      id: machine.instance.id,
      address: machine.address,
      privateAddress: machine.privateAddress,
      endpoint: pulumi.interpolate`${machine.address}:${plan.network.meshPort}`,
      user: "root",
      hostKey: born.hostKey,
      privateKey: ssh.privateKey,
      proxy: args.proxy,
    };
  }

  private createVolume(node: NodePlan, { plan, pool }: FixedPoolArgs): ebs.Volume {
    return new ebs.Volume(
      `${node.name}-data`,
      {
        availabilityZone: node.zone,
        size: pool.volumeGiB,
        type: "gp3",
        encrypted: true,
        tags: tagsOf(plan, `${node.name}-data`, pool.name),
      },
      // Data of a production cluster is not a by-product of an update or a destroy.
      { parent: this, protect: plan.production },
    );
  }

  private attach(node: NodePlan, volume: ebs.Volume, instance: ec2.Instance): void {
    new ec2.VolumeAttachment(
      `${node.name}-data`,
      {
        deviceName: DATA_DEVICE,
        instanceId: instance.id,
        volumeId: volume.id,
        // A mounted disk does not come off; a machine that shuts down lets go of it in order.
        stopInstanceBeforeDetaching: true,
      },
      // A disk is attached once.
      { parent: this, deleteBeforeReplace: true },
    );
  }
}

/** Where udev of a Nitro instance shows a volume, by its id (docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes). */
function deviceOf(volumeId: string): string {
  return `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
}
