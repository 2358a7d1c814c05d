import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import { NatGateway, NetworkSecurityGroup, PublicIPAddress, VirtualNetwork } from "@pulumi/azure-native/network";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, SitePlan } from "../../plan/types";
import { type Guarded, securityRules, subnetsOf } from "../azure/network-rules";
import { type Placement, tagsOf, zonesOf } from "../azure/placement";

export interface AzureNetworkArgs {
  plan: Plan;
  site: SitePlan;
}

/** Addresses of Azure's Standard kind: fixed from the moment they are made, and closed but for the security groups' rules. */
const STANDARD = { name: "Standard", tier: "Regional" };

/**
 * What an Azure site stands on: a resource group, a virtual network and who may send what into it. Costs nothing but, on a private
 * site, the NAT gateway and its address.
 */
export class AzureNetwork extends pulumi.ComponentResource {
  readonly placement: Placement;
  /** Without any role: what is given to it later, every node may do. */
  readonly identityId: pulumi.Output<string>;
  readonly subnets: Record<"nodes" | "bastion", pulumi.Output<string>>;
  /** Id of the network security group for each kind of node. */
  readonly securityGroups: Record<Exclude<Guarded, "bastion">, pulumi.Output<string>>;

  constructor(name: string, args: AzureNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:network:AzureNetwork", name, {}, opts);
    const { plan, site } = args;
    const parent = { parent: this };
    const tags = tagsOf(plan);
    const group = new ResourceGroup(
      `${name}-group`,
      { resourceGroupName: `${plan.name}-${plan.env}-${site.name}`, location: site.region, tags },
      parent,
    );
    this.placement = { resourceGroupName: group.name, location: site.region };
    const place = { ...this.placement, tags };
    this.identityId = new UserAssignedIdentity(`${name}-identity`, { ...place, resourceName: "nodes" }, parent).id;
    const guard = (guarded: Exclude<Guarded, "bastion">) =>
      createSecurityGroup(`${name}-${guarded}s`, { plan, placement: this.placement, guarded }, this);
    this.securityGroups = { manager: guard("manager"), node: guard("node") };
    const nat = plan.network.private ? this.createNat(name, args) : undefined;
    const { nodes, bastion } = subnetsOf(plan.network);
    const network = new VirtualNetwork(
      `${name}-vnet`,
      {
        ...place,
        virtualNetworkName: "nodes",
        addressSpace: { addressPrefixes: [plan.network.siteCidr] },
        // In the network itself: subnets of their own would be changed one by one, and Azure locks the network for each.
        subnets: [
          // No way out but the machine's own address or the NAT gateway: Azure's default one changes without notice.
          {
            name: "nodes",
            addressPrefix: nodes,
            defaultOutboundAccess: false,
            ...(nat ? { natGateway: { id: nat } } : {}),
          },
          ...(plan.network.private ? [{ name: "bastion", addressPrefix: bastion, defaultOutboundAccess: false }] : []),
        ],
      },
      parent,
    );
    const subnet = (which: string) => pulumi.interpolate`${network.id}/subnets/${which}`;
    this.subnets = { nodes: subnet("nodes"), bastion: subnet("bastion") };
    this.registerOutputs({ resourceGroup: group.name });
  }

  /**
   * The way out of nodes without addresses. Never together with nodes that have one: it would take over their outgoing packets, and
   * the mesh would see two addresses for one node. It is in one zone of Azure's choice: without that zone the site serves on, and
   * cannot fetch anything new.
   */
  private createNat(name: string, { plan, site }: AzureNetworkArgs): pulumi.Output<string> {
    const address = createAddress(`${name}-nat-address`, { plan, site, placement: this.placement, of: "nat" }, this);
    return new NatGateway(
      `${name}-nat`,
      {
        ...this.placement,
        natGatewayName: "nodes",
        sku: { name: "Standard" },
        publicIpAddresses: [{ id: address.id }],
        tags: tagsOf(plan),
      },
      { parent: this },
    ).id;
  }
}

/** The inbound rules of one kind of machine. */
export function createSecurityGroup(
  name: string,
  { plan, placement, guarded }: { plan: Plan; placement: Placement; guarded: Guarded },
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new NetworkSecurityGroup(
    name,
    {
      ...placement,
      networkSecurityGroupName: `${guarded}s`,
      securityRules: securityRules(plan.network, guarded),
      tags: tagsOf(plan),
    },
    { parent },
  ).id;
}

export interface AddressArgs extends AzureNetworkArgs {
  placement: Placement;
  /** Its name in the resource group. */
  of: string;
  /** Default: those of what all pools share. */
  tags?: Record<string, string>;
}

/** A public IPv4 address of its own, about 3.65 USD a month (0.005 an hour: azure.microsoft.com/pricing/details/ip-addresses). */
export function createAddress(
  name: string,
  { plan, site, placement, of, tags }: AddressArgs,
  parent: pulumi.Resource,
): { id: pulumi.Output<string>; address: pulumi.Output<string> } {
  const made = new PublicIPAddress(
    name,
    {
      ...placement,
      publicIpAddressName: of,
      sku: STANDARD,
      publicIPAddressVersion: "IPv4",
      publicIPAllocationMethod: "Static",
      // In all zones at once: the loss of one takes no address along.
      zones: zonesOf(plan, site),
      tags: tags ?? tagsOf(plan),
    },
    { parent },
  );
  // A static address is there as soon as the resource is.
  return { id: made.id, address: made.ipAddress.apply((address) => address ?? "") };
}
