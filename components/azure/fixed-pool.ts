import { Disk, VirtualMachine } from "@pulumi/azure-native/compute";
import { NetworkInterface } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import type { NodePlan } from "../../plan/types";
import { createAddress } from "../network/azure";
import type { Node } from "../node";
import { birth } from "../pools/birth";
import { identitySettings, imageOf, OS_DISK, osSettings, SECURITY, spotSettings } from "./machine";
import { tagsOf } from "./placement";
import type { AzurePoolArgs } from "./pool-args";

/**
 * Where udev shows the disk at LUN 0 on sizes with a SCSI controller, as all of the size catalog have. On those with NVMe alone
 * (from the sixth generation) it would be /dev/disk/azure/data/by-lun/0.
 */
const VOLUME_DEVICE = "/dev/disk/azure/scsi1/lun0";

/**
 * A pool whose nodes are known one by one: a virtual machine each, with a network interface and a public address of its own that
 * outlive it. Azure moves machines off failing hosts by itself (service healing).
 */
export class AzureFixedPool extends pulumi.ComponentResource {
  readonly nodes: Node[];

  constructor(name: string, args: AzurePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:AzureFixedPool", name, {}, opts);
    this.nodes = args.plan.nodes
      .filter((node) => node.pool === args.pool.key)
      .map((node) => this.createNode(node, args));
    this.registerOutputs({});
  }

  private createNode(node: NodePlan, args: AzurePoolArgs): Node {
    const { plan, pool, ssh, network, bastion } = args;
    const { placement } = network;
    const tags = tagsOf(plan, pool.name);
    const zones = node.zone === "" ? undefined : [node.zone];
    const hasVolume = pool.volumeGiB > 0;
    const born = birth({ plan, node, ssh, ...(hasVolume ? { volumeDevice: VOLUME_DEVICE } : {}) }, this);
    const nic = this.createInterface(node, args);
    const volume = hasVolume ? this.createVolume(node, args, zones) : undefined;
    const machine = new VirtualMachine(
      node.name,
      {
        ...placement,
        vmName: node.name,
        zones,
        hardwareProfile: { vmSize: node.machineType },
        storageProfile: {
          imageReference: imageOf(args, pool.architecture),
          osDisk: OS_DISK,
          dataDisks: volume === undefined ? undefined : [attached(volume)],
        },
        osProfile: { computerName: node.name, ...osSettings(born.userData, ssh.publicKey) },
        networkProfile: { networkInterfaces: [{ id: nic.id, primary: true, deleteOption: "Detach" }] },
        securityProfile: SECURITY,
        identity: identitySettings(network.identityId),
        ...spotSettings(pool),
        tags: { ...tags, architecture: pool.architecture, ...(hasVolume ? { volume: "lun0" } : {}) },
      },
      {
        parent: this,
        dependsOn: args.turns.of(node.name),
        // A node's birth: a replacement gets today's, a running node is never replaced for it, and Azure would refuse the change.
        // Both whole: of a part that is ignored, the engine (3.220) gives a replacement the old one, too.
        ignoreChanges: ["osProfile", "storageProfile"],
        // What needs another birth: Azure changes no machine's zone, image or user-data, and the last two are ignored above.
        // In place Azure would restart all managers of a pool at once for another size: as replacements they are counted.
        replaceOnChanges: [
          ...["zones", "tags.architecture", "tags.volume"],
          ...(node.role === "manager" ? ["hardwareProfile.vmSize"] : []),
        ],
        // Interface, disk and name can be had by one machine only.
        deleteBeforeReplace: true,
      },
    );
    return {
      plan: node,
      // The resource's id is the same path for a machine that was made anew.
      id: machine.vmId,
      address: nic.publicAddress ?? nic.privateAddress,
      privateAddress: nic.privateAddress,
      endpoint: pulumi.interpolate`${nic.publicAddress ?? nic.privateAddress}:${plan.network.meshPort}`,
      user: "root",
      hostKey: born.hostKey,
      privateKey: ssh.privateKey,
      ...(bastion ? { proxy: bastion } : {}),
    };
  }

  private createInterface(node: NodePlan, { plan, site, pool, network, backendId }: AzurePoolArgs) {
    const { placement } = network;
    const tags = tagsOf(plan, pool.name);
    const reachable = plan.network.private
      ? undefined
      : createAddress(`${node.name}-address`, { plan, site, placement, of: node.name, tags }, this);
    const nic = new NetworkInterface(
      `${node.name}-nic`,
      {
        ...placement,
        networkInterfaceName: node.name,
        networkSecurityGroup: { id: network.securityGroups[node.role === "manager" ? "manager" : "node"] },
        ipConfigurations: [
          {
            name: "primary",
            primary: true,
            subnet: { id: network.subnets.nodes },
            // Given once and kept as long as the interface is there, which outlives its machine.
            privateIPAllocationMethod: "Dynamic",
            publicIPAddress: reachable === undefined ? undefined : { id: reachable.id },
            loadBalancerBackendAddressPools: [{ id: backendId }],
          },
        ],
        tags,
      },
      { parent: this },
    );
    const privateAddress = nic.ipConfigurations.apply((list) => list?.[0]?.privateIPAddress ?? "");
    return { id: nic.id, privateAddress, publicAddress: reachable?.address };
  }

  private createVolume(node: NodePlan, { plan, pool, network }: AzurePoolArgs, zones: string[] | undefined) {
    return new Disk(
      `${node.name}-volume`,
      {
        ...network.placement,
        diskName: `${node.name}-volume`,
        zones,
        diskSizeGB: pool.volumeGiB,
        sku: { name: "StandardSSD_LRS" },
        creationData: { createOption: "Empty" },
        // Nobody can make a link by which the world downloads it.
        networkAccessPolicy: "DenyAll",
        publicNetworkAccess: "Disabled",
        tags: tagsOf(plan, pool.name),
      },
      // A disk cannot change its zone. Azure refuses that, and nothing here replaces it: data would be gone.
      { parent: this, protect: plan.production },
    ).id;
  }
}

function attached(volumeId: pulumi.Output<string>) {
  return {
    lun: 0,
    createOption: "Attach",
    // It outlives the machine.
    deleteOption: "Detach",
    caching: "None",
    managedDisk: { id: volumeId },
  } as const;
}
