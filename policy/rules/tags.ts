import type { ResourceRule } from "../rule";
import { tagsOf } from "../tags";

/** What belongs to a node pool: says by its tag `pool` which one. */
const OF_POOLS = [
  "aws:autoscaling/group:Group",
  "aws:ebs/volume:Volume",
  "aws:ec2/instance:Instance",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "azure-native:compute:Disk",
  "azure-native:compute:VirtualMachine",
  "azure-native:compute:VirtualMachineScaleSet",
  "digitalocean:index/droplet:Droplet",
  "digitalocean:index/dropletAutoscale:DropletAutoscale",
  "digitalocean:index/volume:Volume",
];

/** What belongs to a site or to the whole cluster, and costs money or lets somebody in. */
const OF_SITES = [
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
  "azure-native:compute:AvailabilitySet",
  "azure-native:dns:Zone",
  "azure-native:managedidentity:UserAssignedIdentity",
  "azure-native:network:LoadBalancer",
  "azure-native:network:NatGateway",
  "azure-native:network:NetworkSecurityGroup",
  "azure-native:network:PublicIPAddress",
  "azure-native:network:VirtualNetwork",
  "azure-native:network:Zone",
  "azure-native:resources:ResourceGroup",
  "azure-native:storage:StorageAccount",
];

export const tags: ResourceRule = {
  name: "tags",
  description: "What costs money says by its tags owner, stack and pool whose it is.",
  enforcement: "mandatory",
  check: (resource) => {
    const isPools = OF_POOLS.includes(resource.type);
    if (!isPools && !OF_SITES.includes(resource.type)) return [];
    const wanted = isPools ? ["owner", "stack", "pool"] : ["owner", "stack"];
    const found = tagsOf(resource);
    const missing = found === undefined ? [] : wanted.filter((key) => found[key] === undefined || found[key] === "");
    if (missing.length === 0) return [];
    const has = Object.keys(found ?? {});
    return [`the tag ${missing.join(", ")} is missing, it has ${has.length === 0 ? "none" : has.join(", ")}`];
  },
};
