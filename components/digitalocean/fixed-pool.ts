import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { NodePlan, PoolPlan } from "../../plan/types";
import type { DigitalOceanNetwork } from "../network/digitalocean";
import type { Node } from "../node";
import { birth } from "../pools/birth";
import type { SiteArgs } from "../site";
import { physicalName, scopeOf, tagNames } from "./names";

export interface DigitalOceanPoolArgs extends Pick<SiteArgs, "plan" | "site" | "ssh" | "turns"> {
  pool: PoolPlan;
  network: DigitalOceanNetwork;
  /** Number of the image that its machines are made from. */
  image: pulumi.Input<string>;
}

/** A fixed pool: a Droplet for each node, managers with a reserved address, data nodes with a Volume. */
export class DigitalOceanPool extends pulumi.ComponentResource {
  readonly nodes: Node[];
  private readonly tag: digitalocean.Tag;
  private readonly urns: pulumi.Output<string>[] = [];

  constructor(name: string, args: DigitalOceanPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:DigitalOceanPool", name, {}, opts);
    const { plan, site, pool, network } = args;
    this.tag = new digitalocean.Tag(
      `${name}-pool`,
      { name: tagNames.pool(scopeOf(plan, site), pool.name) },
      { parent: this, dependsOn: network.vpc },
    );
    this.nodes = plan.nodes.filter((node) => node.pool === pool.key).map((node) => this.createNode(node, args));
    // By pool, so that a change to one touches no other. Reserved addresses are not listed: the API calls them floating
    // ones there (docs.digitalocean.com/reference/api/reference/reserved-ip-actions), and every refresh would show a difference.
    new digitalocean.ProjectResources(
      `${name}-project`,
      { project: network.project.id, resources: this.urns },
      { parent: this },
    );
    this.registerOutputs({});
  }

  private createNode(node: NodePlan, args: DigitalOceanPoolArgs): Node {
    const { plan, site, pool, network, image, ssh } = args;
    const volume = pool.volumeGiB > 0 ? this.createVolume(node, { plan, site, pool, network }) : undefined;
    const born = birth({ plan, node, ssh, volumeDevice: volume?.device }, this);
    const droplet = new digitalocean.Droplet(
      node.name,
      {
        name: physicalName(plan, node.name),
        region: site.region,
        size: node.machineType,
        image,
        vpcUuid: network.vpc.id,
        sshKeys: [network.sshKey.fingerprint],
        tags: network.tagsOf(node.role, this.tag),
        monitoring: true,
        // The agent would let whoever has the control panel in by a key of its own.
        dropletAgent: false,
        userData: born.userData,
      },
      {
        parent: this,
        dependsOn: args.turns.of(node.name),
        // A node's birth: a replacement gets today's, a running node is never replaced for them.
        ignoreChanges: ["image", "userData", "sshKeys"],
        // In place DigitalOcean would power off all managers of a pool at once: as replacements they are counted.
        replaceOnChanges: node.role === "manager" ? ["size"] : [],
        // A mesh address, a reserved one and a Volume can be held by one machine only.
        deleteBeforeReplace: true,
      },
    );
    this.urns.push(droplet.dropletUrn);
    const attached = volume?.attach(droplet);
    const address = node.role === "manager" ? this.reserve(node, site.region, droplet) : droplet.ipv4Address;
    // Whoever dials the node waits for its disk too.
    const reachable = attached === undefined ? address : pulumi.all([address, attached.id]).apply(([text]) => text);
    return {
      plan: node,
      id: droplet.id,
      address: reachable,
      privateAddress: droplet.ipv4AddressPrivate,
      endpoint: pulumi.interpolate`${reachable}:${plan.network.meshPort}`,
      user: "root",
      hostKey: born.hostKey,
      privateKey: ssh.privateKey,
    };
  }

  /** An address that stays when the machine is replaced. */
  private reserve(node: NodePlan, region: string, droplet: digitalocean.Droplet): pulumi.Output<string> {
    const reserved = new digitalocean.ReservedIp(
      `${node.name}-address`,
      { region },
      // The assignment below shows here too once the address is read again; taking it out would unassign it.
      { parent: this, ignoreChanges: ["dropletId"] },
    );
    const assignment = new digitalocean.ReservedIpAssignment(
      `${node.name}-address`,
      { ipAddress: reserved.ipAddress, dropletId: numberOf(droplet) },
      // An address has one holder.
      { parent: this, deleteBeforeReplace: true },
    );
    return assignment.ipAddress;
  }

  private createVolume(
    node: NodePlan,
    { plan, site, pool, network }: Pick<DigitalOceanPoolArgs, "plan" | "site" | "pool" | "network">,
  ) {
    const name = physicalName(plan, node.name);
    const volume = new digitalocean.Volume(
      `${node.name}-volume`,
      {
        name,
        region: site.region,
        size: pool.volumeGiB,
        description: `Data of ${node.name}, Storm ${plan.name}, environment ${plan.env}`,
        tags: [...network.commonTags, this.tag.name],
      },
      { parent: this, protect: plan.production },
    );
    this.urns.push(volume.volumeUrn);
    return {
      // DigitalOcean names a Volume's disk by the Volume (docs.digitalocean.com/products/volumes/how-to/mount).
      device: `/dev/disk/by-id/scsi-0DO_Volume_${name}`,
      attach: (droplet: digitalocean.Droplet) =>
        new digitalocean.VolumeAttachment(
          `${node.name}-volume`,
          { dropletId: numberOf(droplet), volumeId: volume.id },
          // A Volume is in one machine.
          { parent: this, deleteBeforeReplace: true },
        ),
    };
  }
}

/** The SDK gives a Droplet's id as text and wants it as a number. */
function numberOf(droplet: digitalocean.Droplet): pulumi.Output<number> {
  return droplet.id.apply(Number);
}
