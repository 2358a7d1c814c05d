import { cloudResource } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { arn } from "./arn";
import { list, map, matching, number, oneOf, text, unless, userDataFits, within } from "./checks";
import { bool, fixed, int, num, object, objects, required, str, strs, tags, words } from "./fields";
import { checkMachineType, wrongProcessor } from "./images";
import { METADATA_FIELDS } from "./machines";

/** A text that says true or false, as launch templates want it. */
const yesNo = words("true", "false");

function checkGroup(inputs: ValueMap): CheckFailure[] {
  const [least, most] = [number(inputs["minSize"]) ?? 0, number(inputs["maxSize"]) ?? Infinity];
  const desired = number(inputs["desiredCapacity"]) ?? least;
  const sizes = `minSize ${least}, desiredCapacity ${desired}, maxSize ${most}`;
  return [
    ...matching(inputs, "name", /^[^:]{1,255}$/, "must be at most 255 characters, no colon"),
    ...unless(least <= desired && desired <= most, "minSize", `must be in order: ${sizes}`),
    ...unless(list(inputs["vpcZoneIdentifiers"]).length > 0, "vpcZoneIdentifiers", "at least one subnet is needed"),
    ...oneOf(inputs, ["launchTemplate", "mixedInstancesPolicy"]),
  ];
}

/** A policy that tracks CPU use keeps a percentage. */
function checkPolicy(inputs: ValueMap): CheckFailure[] {
  const target = map(inputs["targetTrackingConfiguration"])["targetValue"];
  const tracks = text(inputs["policyType"]) === "TargetTrackingScaling";
  return [
    ...unless(!tracks || target !== undefined, "targetTrackingConfiguration", "missing required property"),
    ...within(target, "targetTrackingConfiguration.targetValue", 1, 100),
  ];
}

export const scalingTypes = {
  "aws:ec2/launchTemplate:LaunchTemplate": cloudResource({
    id: "lt-",
    inputs: {
      name: fixed(required(str)),
      updateDefaultVersion: bool,
      imageId: required(str),
      instanceType: required(str),
      iamInstanceProfile: object({ arn: str }),
      metadataOptions: object(METADATA_FIELDS),
      blockDeviceMappings: objects({
        deviceName: str,
        ebs: object({ encrypted: yesNo, volumeType: words("gp3"), volumeSize: int, deleteOnTermination: yesNo }),
      }),
      networkInterfaces: objects({
        deviceIndex: int,
        associatePublicIpAddress: yesNo,
        deleteOnTermination: yesNo,
        securityGroups: strs,
      }),
      monitoring: object({ enabled: bool }),
      tagSpecifications: objects({
        resourceType: words("instance", "volume", "network-interface", "spot-instances-request"),
        tags,
      }),
      userData: str,
      tags,
    },
    computed: { arn: arn("ec2", ({ id }) => `launch-template/${id}`), latestVersion: () => 1, defaultVersion: () => 1 },
    check: (inputs) => [
      ...matching(inputs, "name", /^[A-Za-z0-9().\-/_]{3,128}$/, "must be 3 to 128 letters, digits and ().-/_"),
      ...userDataFits(inputs["userData"], "userData"),
      ...checkMachineType(inputs["instanceType"]),
    ],
    // AWS itself says it when the group wants its next machine.
    refuse: ({ instanceType, imageId }) => wrongProcessor(instanceType, imageId),
  }),
  "aws:autoscaling/group:Group": cloudResource({
    id: (inputs) => text(inputs["name"]) ?? "",
    inputs: {
      name: fixed(required(str)),
      minSize: required(int),
      maxSize: required(int),
      desiredCapacity: int,
      vpcZoneIdentifiers: strs,
      targetGroupArns: strs,
      healthCheckType: words("EC2", "ELB"),
      healthCheckGracePeriod: int,
      defaultInstanceWarmup: int,
      waitForCapacityTimeout: str,
      capacityRebalance: bool,
      mixedInstancesPolicy: object({
        instancesDistribution: object({
          onDemandBaseCapacity: int,
          onDemandPercentageAboveBaseCapacity: int,
          spotAllocationStrategy: words("price-capacity-optimized", "capacity-optimized", "lowest-price"),
        }),
        launchTemplate: required(
          object({ launchTemplateSpecification: required(object({ launchTemplateId: str, version: str })) }),
        ),
      }),
      launchTemplate: object({ id: str, version: str }),
      tags: objects({ key: required(str), value: required(str), propagateAtLaunch: required(bool) }),
    },
    computed: { arn: arn("autoscaling", ({ id }) => `autoScalingGroup:::autoScalingGroupName/${id}`) },
    check: checkGroup,
  }),
  "aws:autoscaling/policy:Policy": cloudResource({
    id: (inputs) => text(inputs["name"]) ?? "",
    inputs: {
      name: fixed(required(str)),
      autoscalingGroupName: fixed(required(str)),
      policyType: words("TargetTrackingScaling"),
      targetTrackingConfiguration: object({
        predefinedMetricSpecification: object({ predefinedMetricType: required(words("ASGAverageCPUUtilization")) }),
        targetValue: required(num),
      }),
    },
    computed: { arn: arn("autoscaling", ({ id }) => `scalingPolicy:::policyName/${id}`) },
    check: checkPolicy,
  }),
};
