import { VirtualMachineScaleSet } from "@pulumi/azure-native/compute";
import * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../plan/types";
import { elasticBirth } from "../pools/birth";
import { createAutoscale } from "./autoscale";
import { identitySettings, imageOf, OS_DISK, osSettings, SECURITY, spotSettings } from "./machine";
import { tagsOf } from "./placement";
import type { AzurePoolArgs } from "./pool-args";

export interface AzureElasticPoolArgs extends AzurePoolArgs {
  /** Private addresses of the site's fixed nodes, where the pool's nodes enrol. */
  rendezvous: pulumi.Input<string>[];
}

/** Azure adds six characters for each machine, to at most 15. */
const NAME_PREFIX_LENGTH = 9;

/**
 * A pool that grows and shrinks by itself: a scale set of one model. Uniform and not flexible, because a uniform set takes a new
 * model without touching the machines that run (new user-data is for those that come later), keeps its zones even, and goes in one
 * piece when it is destroyed, whatever it has grown to.
 *
 * Machines are not replaced by a health probe: Azure replaces on the first failure that it sees, and the ingress that a probe could
 * ask is away for seconds at each of its updates. A failing host is healed by Azure, as for fixed nodes.
 */
export class AzureElasticPool extends pulumi.ComponentResource {
  constructor(name: string, args: AzureElasticPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:AzureElasticPool", name, {}, opts);
    const { plan, pool, ssh, network } = args;
    const { placement } = network;
    const tags = tagsOf(plan, pool.name);
    const userData = elasticBirth(args, pool, args.rendezvous);
    const set = new VirtualMachineScaleSet(
      name,
      {
        ...placement,
        vmScaleSetName: pool.name,
        orchestrationMode: "Uniform",
        // Azure makes no set without a capacity (Azure/vm-scale-sets#70); from then on it is the autoscale setting's.
        sku: { name: pool.machineType, tier: "Standard", capacity: pool.min },
        ...(pool.zones.length > 0 ? { zones: pool.zones } : {}),
        platformFaultDomainCount: 1,
        singlePlacementGroup: false,
        // More than asked for would enrol and be taken away again.
        overprovision: false,
        upgradePolicy: { mode: "Manual" },
        identity: identitySettings(network.identityId),
        virtualMachineProfile: {
          storageProfile: { imageReference: imageOf(args, pool.architecture), osDisk: OS_DISK },
          osProfile: { computerNamePrefix: namePrefix(pool), ...osSettings(userData, ssh.publicKey) },
          networkProfile: { networkInterfaceConfigurations: [interfaceOf(args)] },
          securityProfile: SECURITY,
          ...spotSettings(pool),
        },
        tags: { ...tags, architecture: pool.architecture },
      },
      {
        parent: this,
        // Azure changes neither in a set that is there. Its image is not ignored: another one is for the machines that come later.
        replaceOnChanges: ["zones", "tags.architecture"],
        // A change of the model is written whole, with the capacity that the state has. A refresh brings the real one there: azure-native
        // takes outputs that changed for inputs. Without it a pool that grew begins anew at its smallest.
        ignoreChanges: ["sku.capacity"],
        // Its name is taken as long as it is there.
        deleteBeforeReplace: true,
      },
    );
    createAutoscale(name, { placement, pool, target: set.id, tags }, this);
    this.registerOutputs({});
  }
}

function interfaceOf({ plan, network, backendId }: AzureElasticPoolArgs) {
  const address = { name: "public", sku: { name: "Standard", tier: "Regional" }, publicIPAddressVersion: "IPv4" };
  return {
    name: "primary",
    primary: true,
    networkSecurityGroup: { id: network.securityGroups.node },
    ipConfigurations: [
      {
        name: "primary",
        primary: true,
        subnet: { id: network.subnets.nodes },
        loadBalancerBackendAddressPools: [{ id: backendId }],
        // For the mesh, and the way out.
        ...(plan.network.private ? {} : { publicIPAddressConfiguration: address }),
      },
    ],
  };
}

/** Host names at first boot; the node's name in the cluster is of its own making. */
function namePrefix({ name }: PoolPlan): string {
  return name.slice(0, NAME_PREFIX_LENGTH).replace(/-+$/, "");
}
