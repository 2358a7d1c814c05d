import { awsSizes } from "../../spec/sizes/aws";
import type { StackResource } from "../resource";
import { json, number, present, props, rows, text, type Value } from "../values";
import type { Found, ProviderPolicy } from "./provider";

export const provider: ProviderPolicy = {
  package: "aws",
  machines: {
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": instance,
    "aws:autoscaling/group:Group": group,
  },
  disks: { "aws:ebs/volume:Volume": "size" },
  ofPools: [
    "aws:autoscaling/group:Group",
    "aws:ebs/volume:Volume",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchTemplate:LaunchTemplate",
  ],
  ofSites: [
    "aws:ec2/eip:Eip",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/role:Role",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:route53/healthCheck:HealthCheck",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
  ],
  data: [
    "aws:ebs/volume:Volume",
    "aws:efs/fileSystem:FileSystem",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
  ],
  // On the resource itself, or by its provider's defaults. Settings of a provider that are no text come as JSON.
  tags: ({ props: own, provider: given }) => [
    ...present(props(json(given["defaultTags"]))["tags"]),
    ...present(own["tagsAll"]),
    ...present(own["tags"]),
  ],
  // An Auto Scaling group has a list of {key, value}.
  tagsFrom: (value) =>
    Array.isArray(value)
      ? Object.fromEntries(rows(value).map(({ key, value: tag }) => [String(key), tag ?? ""]))
      : props(value),
};

function instance(given: StackResource): Found {
  return { type: given.props["instanceType"] ?? templateType(given, "launchTemplate"), count: 1 };
}

function group(given: StackResource): Found {
  const count = number(given.props["maxSize"]) ?? 0;
  const { launchTemplate } = props(given.props["mixedInstancesPolicy"]);
  const overrides = rows(props(launchTemplate)["overrides"]).map(({ instanceType }) => instanceType);
  // The dearest of those that it may choose from.
  const price = (type: Value | undefined) => awsSizes.types.get(text(type) ?? "")?.monthlyUsd ?? Infinity;
  const [dearest] = overrides.filter((type) => type !== undefined).sort((a, b) => price(b) - price(a));
  const template = templateType(given, "launchTemplate") ?? templateType(given, "mixedInstancesPolicy");
  return { type: dearest ?? template, count };
}

/** The template's id is not known in a preview, but what the input is made from is. */
function templateType({ references }: StackResource, input: string): Value | undefined {
  return references[input]?.find(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate")?.props["instanceType"];
}
