import { VirtualMachine } from "@pulumi/azure-native/compute";
import { NetworkInterface } from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { BASTION_USER, bastionUserData } from "../../boot/bastion";
import { type AzureNetwork, createAddress, createSecurityGroup } from "../network/azure";
import type { Proxy } from "../node";
import type { SiteArgs } from "../site";
import { imageOf, OS_DISK, osSettings, SECURITY } from "./machine";
import { tagsOf } from "./placement";

export interface AzureBastionArgs extends Pick<SiteArgs, "plan" | "site" | "ssh"> {
  network: AzureNetwork;
}

/** About 7.60 USD a month (spec/sizes/azure.ts). */
const SIZE = "Standard_B1s";
const NAME = "bastion";

/** The one way in for SSH where nodes are private: a small machine of which `network.adminCidrs` reach port 22 and nothing else. */
export class AzureBastion extends pulumi.ComponentResource {
  readonly proxy: Proxy;

  constructor(name: string, args: AzureBastionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:azure:AzureBastion", name, {}, opts);
    const { plan, network, ssh } = args;
    const { placement } = network;
    const parent = { parent: this };
    const tags = tagsOf(plan, NAME);
    const key = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, parent);
    const address = createAddress(`${name}-address`, { ...args, placement, of: NAME, tags }, this);
    const nic = new NetworkInterface(
      `${name}-nic`,
      {
        ...placement,
        networkInterfaceName: NAME,
        networkSecurityGroup: {
          id: createSecurityGroup(`${name}-rules`, { plan, placement, guarded: "bastion" }, this),
        },
        ipConfigurations: [
          {
            name: "primary",
            primary: true,
            subnet: { id: network.subnets.bastion },
            privateIPAllocationMethod: "Dynamic",
            publicIPAddress: { id: address.id },
          },
        ],
        tags,
      },
      parent,
    );
    const userData = pulumi
      .all([key.privateKeyOpenssh, key.publicKeyOpenssh, ssh.publicKey])
      .apply(([privateOpenssh, publicOpenssh, authorizedKey]) =>
        bastionUserData({
          hostKey: { privateOpenssh, publicOpenssh: publicOpenssh.trim() },
          authorizedKey: authorizedKey.trim(),
        }),
      );
    new VirtualMachine(
      name,
      {
        ...placement,
        vmName: NAME,
        hardwareProfile: { vmSize: SIZE },
        storageProfile: { imageReference: imageOf(args, "amd64"), osDisk: { ...OS_DISK, diskSizeGB: 32 } },
        osProfile: { computerName: NAME, ...osSettings(pulumi.secret(userData), ssh.publicKey) },
        networkProfile: { networkInterfaces: [{ id: nic.id, primary: true, deleteOption: "Detach" }] },
        securityProfile: SECURITY,
        tags,
      },
      // As a node's birth; the interface can be had by one machine only.
      { ...parent, ignoreChanges: ["osProfile", "storageProfile"], deleteBeforeReplace: true },
    );
    this.proxy = {
      host: address.address,
      user: BASTION_USER,
      privateKey: ssh.privateKey,
      hostKey: key.publicKeyOpenssh.apply((line) => line.trim()),
    };
    this.registerOutputs({});
  }
}
