import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { packedUserData } from "../../boot/cloud-init";
import type { PoolPlan } from "../../plan/types";
import type { AwsNetwork } from "../network/aws";
import { elasticBirth } from "../pools/birth";
import type { SiteArgs } from "../site";
import type { UbuntuImages } from "./image";
import { METADATA, ROOT_GIB } from "./machine";
import { KEEPS_NAME, physicalName, tagsOf } from "./names";
import type { NodeRole } from "./role";

/** Seconds in which a new machine's CPU use says nothing of the load: it installs and pulls images. */
const WARM_UP_SECONDS = 300;

export interface ElasticPoolArgs extends Pick<SiteArgs, "plan" | "clusterId" | "enrolment"> {
  pool: PoolPlan;
  network: AwsNetwork;
  role: NodeRole;
  images: UbuntuImages;
  /** Private addresses where its nodes enrol. */
  rendezvous: pulumi.Input<string>[];
  /** Of the load balancer. */
  targetGroupArns: pulumi.Input<string>[];
}

/** Machines that come and go with the load, and enrol by themselves. */
export class ElasticPool extends pulumi.ComponentResource {
  constructor(name: string, args: ElasticPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:aws:ElasticPool", name, {}, opts);
    const { pool } = args;
    const group = this.createGroup(name, args, this.createTemplate(name, args));
    new autoscaling.Policy(
      name,
      {
        name: "cpu",
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
          targetValue: pool.scaleOnCpu,
        },
      },
      { parent: this },
    );
    this.registerOutputs({ group: group.name });
  }

  private createTemplate(name: string, args: ElasticPoolArgs): ec2.LaunchTemplate {
    const { plan, pool, network } = args;
    const tags = tagsOf(plan, pool.name, pool.name);
    // Machines with another processor are another template, with an image of theirs: this one's image is never changed.
    const template = pool.architecture === "amd64" ? name : `${name}-${pool.architecture}`;
    const kept = args.images.isLocked(pool.architecture) ? KEEPS_NAME : [...KEEPS_NAME, "imageId"];
    return new ec2.LaunchTemplate(
      template,
      {
        name: physicalName(args, `${pool.name}-${pool.architecture}`),
        updateDefaultVersion: true,
        imageId: args.images.id(pool.architecture),
        instanceType: pool.machineType,
        iamInstanceProfile: { arn: args.role.profileArn },
        metadataOptions: METADATA,
        blockDeviceMappings: [
          {
            // Where Ubuntu's images have their system.
            deviceName: "/dev/sda1",
            ebs: { encrypted: "true", volumeType: "gp3", volumeSize: ROOT_GIB, deleteOnTermination: "true" },
          },
        ],
        networkInterfaces: [
          {
            deviceIndex: 0,
            associatePublicIpAddress: String(!plan.network.private),
            deleteOnTermination: "true",
            securityGroups: [network.groups.id("node")],
          },
        ],
        // Measured each minute instead of every five: else scaling out comes too late. About 2 USD a month and node.
        monitoring: { enabled: true },
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
        userData: elasticBirth(args, pool, args.rendezvous).apply(packedUserData),
        tags,
      },
      // The image is the pool's from its birth, unless storm.lock names one: that goes to machines that come later. User-data is not
      // ignored, because its token rotates.
      { parent: this, ignoreChanges: kept },
    );
  }

  private createGroup(name: string, args: ElasticPoolArgs, template: ec2.LaunchTemplate): autoscaling.Group {
    const { plan, pool, network } = args;
    // Nodes that come later get today's user-data; those that run stay as they are.
    const version = "$Latest";
    return new autoscaling.Group(
      name,
      {
        name: physicalName(args, pool.name),
        minSize: pool.min,
        maxSize: pool.max,
        vpcZoneIdentifiers: [...pool.zones].sort().flatMap((zone) => network.nodeSubnets[zone] ?? []),
        targetGroupArns: args.targetGroupArns,
        // Not the load balancer's word: the ingress comes after the machines, and a fault of it is not cured by new ones.
        healthCheckType: "EC2",
        healthCheckGracePeriod: WARM_UP_SECONDS,
        defaultInstanceWarmup: WARM_UP_SECONDS,
        // They enrol when the cluster is formed, which waits for this.
        waitForCapacityTimeout: "0",
        ...(pool.spot
          ? {
              capacityRebalance: true,
              mixedInstancesPolicy: {
                instancesDistribution: {
                  onDemandBaseCapacity: 0,
                  onDemandPercentageAboveBaseCapacity: 0,
                  spotAllocationStrategy: "price-capacity-optimized",
                },
                launchTemplate: { launchTemplateSpecification: { launchTemplateId: template.id, version } },
              },
            }
          : { launchTemplate: { id: template.id, version } }),
        tags: Object.entries(tagsOf(plan, pool.name, pool.name)).map(([key, value]) => ({
          key,
          value,
          propagateAtLaunch: true,
        })),
      },
      {
        parent: this,
        dependsOn: network.ways,
        // The policy sets it: an `up` in the middle of the day does not send nodes home.
        ignoreChanges: [...KEEPS_NAME, "desiredCapacity"],
        // Its name can be held by one only.
        deleteBeforeReplace: true,
      },
    );
  }
}
