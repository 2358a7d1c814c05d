/** What the stand-in refuses, as AWS does: each row is one mistake and what its author reads. */
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import { checkFields } from "../../lab/plugins/shared/fields";
import type { ValueMap } from "../../lab/plugins/shared/values";
import { awsSizes } from "../../spec/sizes/aws";

const config: ValueMap = { region: "eu-west-1" };

/** Reasons by property, as a resource of this type and name gets them. */
function refusals(token: string, given: ValueMap, name = "thing"): string[] {
  const type = awsPlugin.resources[token];
  if (!type) throw new Error(`no type ${token}`);
  const { inputs, failures } = checkFields(type.inputs, given);
  const call = { urn: `urn:pulumi:test::storm::${token}::${name}`, name, config };
  const all = failures.length > 0 ? failures : (type.check?.(inputs, call) ?? []);
  return all.map(({ property, reason }) => `${property}: ${reason}`);
}

const INSTANCE = { ami: "ami-1", instanceType: "t3.small", primaryNetworkInterface: { networkInterfaceId: "eni-1" } };
const RULE = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "10.0.0.0/8" };
const GROUP = { name: "g", minSize: 1, maxSize: 3, vpcZoneIdentifiers: ["subnet-1"], launchTemplate: { id: "lt-1" } };
const TARGETS = { name: "t", port: 443, protocol: "TCP", vpcId: "vpc-1" };
const RECORD = { zoneId: "Z1", name: "a.example.com", type: "A", ttl: 60, records: ["192.0.2.1"] };
const over16KiB = Buffer.alloc(16 * 1024 + 1, "x").toString("base64");

test.each<[token: string, good: ValueMap]>([
  ["aws:ec2/instance:Instance", INSTANCE],
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", RULE],
  ["aws:autoscaling/group:Group", GROUP],
  ["aws:lb/targetGroup:TargetGroup", TARGETS],
  ["aws:route53/record:Record", RECORD],
])("%s takes what is right", (token, good) => {
  expect(refusals(token, good)).toEqual([]);
});

test.each<[token: string, given: ValueMap, reason: RegExp]>([
  [
    "aws:ec2/instance:Instance",
    { ...INSTANCE, userDataBase64: over16KiB },
    /userDataBase64: must be at most 16384 bytes, got 16385/,
  ],
  ["aws:ec2/instance:Instance", { ...INSTANCE, userDataBase64: "#cloud-config" }, /must be base64/],
  ["aws:ec2/instance:Instance", { ...INSTANCE, instanceType: "m3.medium" }, /there is no instance type m3.medium/],
  ["aws:ec2/instance:Instance", { ...INSTANCE, instanceType: "c5.8xlarge" }, /there is no instance type c5.8xlarge/],
  [
    "aws:ec2/instance:Instance",
    { ...INSTANCE, instanceType: "m7g.24xlarge" },
    /there is no instance type m7g.24xlarge/,
  ],
  ["aws:ec2/instance:Instance", { ...INSTANCE, hopLimit: 1 }, /hopLimit: unknown property/],
  [
    "aws:ec2/instance:Instance",
    { ami: "ami-1", instanceType: "t3.small" },
    /primaryNetworkInterface: missing required/,
  ],
  ["aws:ec2/instance:Instance", { ...INSTANCE, metadataOptions: { httpPutResponseHopLimit: 65 } }, /from 1 to 64/],
  ["aws:ebs/volume:Volume", { availabilityZone: "eu-central-1a", size: 1 }, /eu-west-1 has zones from eu-west-1a on/],
  ["aws:ebs/volume:Volume", { availabilityZone: "eu-west-1a" }, /needs a size/],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    { ...RULE, description: "the operators' SSH" },
    /description: must be/,
  ],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    { ...RULE, referencedSecurityGroupId: "sg-2" },
    /exactly one of/,
  ],
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { ...RULE, toPort: 21 }, /the lower first/],
  [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    { ...RULE, cidrIpv4: "10.0.0.0" },
    /must be an IPv4 network/,
  ],
  ["aws:ec2/securityGroup:SecurityGroup", { name: "sg-nodes", vpcId: "vpc-1" }, /not beginning with sg-/],
  ["aws:autoscaling/group:Group", { ...GROUP, minSize: 4 }, /must be in order: minSize 4/],
  ["aws:autoscaling/group:Group", { ...GROUP, vpcZoneIdentifiers: [] }, /at least one subnet/],
  [
    "aws:autoscaling/group:Group",
    { ...GROUP, launchTemplate: null },
    /exactly one of launchTemplate, mixedInstancesPolicy/,
  ],
  [
    "aws:autoscaling/policy:Policy",
    {
      name: "cpu",
      autoscalingGroupName: "g",
      policyType: "TargetTrackingScaling",
      targetTrackingConfiguration: { targetValue: 0 },
    },
    /targetValue: must be from 1 to 100, got 0/,
  ],
  ["aws:lb/loadBalancer:LoadBalancer", { name: "a".repeat(33), subnets: ["subnet-1"] }, /at most 32/],
  ["aws:lb/targetGroup:TargetGroup", { ...TARGETS, name: "under_score" }, /at most 32 letters/],
  ["aws:lb/targetGroup:TargetGroup", { ...TARGETS, healthCheck: { interval: 1 } }, /from 5 to 300/],
  ["aws:iam/role:Role", { name: "a".repeat(65), assumeRolePolicy: "{}" }, /at most 64/],
  ["aws:iam/role:Role", { name: "a", assumeRolePolicy: "Allow" }, /must be a JSON document/],
  [
    "aws:route53/record:Record",
    { ...RECORD, aliases: [{ name: "b", zoneId: "Z", evaluateTargetHealth: true }] },
    /exactly one of/,
  ],
  ["aws:route53/record:Record", { ...RECORD, weightedRoutingPolicies: [{ weight: 1 }] }, /goes with a routing policy/],
  [
    "aws:route53/healthCheck:HealthCheck",
    { type: "TCP", fqdn: "a.example.com", port: 443, requestInterval: 5 },
    /10 or 30/,
  ],
])("%s refuses a mistake", (token, given, reason) => {
  expect(refusals(token, given).join("\n")).toMatch(reason);
});

test("subnets lie within their VPC and beside each other", () => {
  const vpc = { cidrBlock: "10.64.0.0/16" };
  expect(refusals("aws:ec2/vpc:Vpc", vpc, "net")).toEqual([]);
  expect(refusals("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/8" }, "wide").join()).toMatch(/from \/16 to \/28/);
  const subnet = (cidrBlock: string) => ({ vpcId: "vpc-9", availabilityZone: "eu-west-1a", cidrBlock });
  expect(refusals("aws:ec2/subnet:Subnet", subnet("10.64.0.0/20"), "one")).toEqual([]);
  expect(refusals("aws:ec2/subnet:Subnet", subnet("10.64.0.0/20"), "one")).toEqual([]);
  expect(refusals("aws:ec2/subnet:Subnet", subnet("10.64.8.0/21"), "two").join()).toMatch(
    /overlaps the subnet 10.64.0.0\/20/,
  );
});

test("every type of the size catalog is one that the stand-in knows", () => {
  const unknown = [...awsSizes.types.keys()].filter(
    (instanceType) => refusals("aws:ec2/instance:Instance", { ...INSTANCE, instanceType }).length > 0,
  );
  expect(unknown).toEqual([]);
});
