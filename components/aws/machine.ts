import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import { packedUserData } from "../../boot/cloud-init";
import type { Plan } from "../../plan/types";
import { tagsOf } from "./names";

/** Of the system's disk, which holds Docker's images and volumes too. */
export const ROOT_GIB = 30;

/**
 * The metadata service: with a session token only, and one hop, so that it answers the machine and none of its containers (besides
 * the rule that storm-boot sets).
 */
export const METADATA = { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 };

export interface MachineArgs {
  plan: Plan;
  /** For its tags. */
  pool: string;
  subnetId: pulumi.Input<string>;
  securityGroups: pulumi.Input<string>[];
  machineType: string;
  image: pulumi.Input<string>;
  /** cloud-config, secret. */
  userData: pulumi.Output<string>;
  /** Name of the instance profile; none for a machine that is nobody to AWS. */
  profile?: pulumi.Input<string>;
  /** Whether it has a public address. */
  open: boolean;
  spot: boolean;
  /** By these it reaches the internet, which its first boot needs. */
  ways: pulumi.Resource[];
  /** What has to be there before anything of it changes; default: nothing. */
  after?: Promise<pulumi.Resource>[];
}

export interface Machine {
  instance: ec2.Instance;
  privateAddress: pulumi.Output<string>;
  /** The public one, if it has one. */
  address: pulumi.Output<string>;
}

/**
 * An instance whose addresses are there before it: they belong to a network interface that outlives it, so that the first boot has
 * its way out, and a replacement comes back where its peers look for it.
 */
export function createMachine(name: string, args: MachineArgs, parent: pulumi.Resource): Machine {
  const { plan, pool, ways } = args;
  const tags = tagsOf(plan, name, pool);
  const port = new ec2.NetworkInterface(
    name,
    { subnetId: args.subnetId, securityGroups: args.securityGroups, description: `${plan.name} ${name}`, tags },
    // All else builds on it; in another zone it is another one.
    { parent, dependsOn: args.after },
  );
  const address = args.open
    ? // An address needs its network's gateway.
      new ec2.Eip(name, { domain: "vpc", networkInterface: port.id, tags }, { parent, dependsOn: ways })
    : undefined;
  const instance = new ec2.Instance(
    name,
    {
      ami: args.image,
      instanceType: args.machineType,
      primaryNetworkInterface: { networkInterfaceId: port.id },
      ...(args.profile === undefined ? {} : { iamInstanceProfile: args.profile }),
      metadataOptions: METADATA,
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: ROOT_GIB, deleteOnTermination: true, tags },
      monitoring: false,
      userDataBase64: args.userData.apply(packedUserData),
      tags,
      ...(args.spot
        ? {
            instanceMarketOptions: {
              marketType: "spot",
              spotOptions: { spotInstanceType: "one-time", instanceInterruptionBehavior: "terminate" },
            },
          }
        : // Of failed hardware; AWS does it for on-demand instances only.
          { maintenanceOptions: { autoRecovery: "default" } }),
    },
    {
      parent,
      dependsOn: address ? [address, ...ways] : ways,
      // User-data and image are a machine's birth: a replacement gets today's, a running one is never replaced for them.
      ignoreChanges: ["ami", "userDataBase64"],
      // AWS would stop the machines of a pool all at once to resize them. As replacements they are counted, and managers go
      // one by one.
      replaceOnChanges: ["instanceType"],
      // A network interface is held by one instance only.
      deleteBeforeReplace: true,
    },
  );
  return { instance, privateAddress: port.privateIp, address: address?.publicIp ?? port.privateIp };
}
