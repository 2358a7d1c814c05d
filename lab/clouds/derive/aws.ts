/** AWS: what its resources come to. */
import type { CloudResource, CloudRules, Surroundings } from "../resources";
import type { Balancer, Endpoint, Group, Machine, Volume, World } from "../world";
import { awsZones } from "./aws-dns";
import { AwsNetworks, type Grouped } from "./aws-network";
import { groupOf, hex, membersOf, siteOf, sizeOf, worldId } from "./common";
import { at, Found, numberAt, textAt, textsAt } from "./reading";

const TYPES = {
  port: "aws:ec2/networkInterface:NetworkInterface",
  address: "aws:ec2/eip:Eip",
  instance: "aws:ec2/instance:Instance",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
  group: "aws:autoscaling/group:Group",
  volume: "aws:ebs/volume:Volume",
  attachment: "aws:ec2/volumeAttachment:VolumeAttachment",
  balancer: "aws:lb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  targets: "aws:lb/targetGroup:TargetGroup",
  target: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
} as const;

export const aws: CloudRules = {
  outputs: (resource, all, around) => {
    const networks = new AwsNetworks(new Found(all, "aws"), around);
    switch (resource.type) {
      case TYPES.port:
        return { privateIp: networks.privateAddress(textAt(resource.inputs, "subnetId"), worldId(resource)) };
      case TYPES.address:
        return { publicIp: networks.publicAddress(resource) };
      default:
        return {};
    }
  },
  derive: (all, around) => new Aws(new Found(all, "aws"), around).world(),
};

class Aws {
  private readonly networks: AwsNetworks;

  constructor(
    private readonly found: Found,
    private readonly around: Surroundings,
  ) {
    this.networks = new AwsNetworks(found, around);
  }

  world(): World {
    const pools = this.found.all(TYPES.group).flatMap((resource) => this.group(resource));
    const machines = [
      ...this.found.all(TYPES.instance).flatMap((instance) => this.instance(instance)),
      ...pools.flatMap(({ group, groups }) => membersOf(group, this.around).map((each) => ({ ...each, groups }))),
    ];
    const balancers = this.found.all(TYPES.balancer).flatMap((each) => this.balancer(each, machines));
    const everyone: Grouped<Endpoint>[] = [...machines, ...balancers];
    return {
      networks: this.networks.all(),
      machines: this.networks.guarded(machines, everyone),
      groups: pools.map(({ group }) => group),
      balancers: this.networks.guarded(balancers, everyone),
      zones: awsZones(this.found, balancers),
      volumes: this.found.all(TYPES.volume).map(worldId),
    };
  }

  private instance(instance: CloudResource): Grouped<Machine>[] {
    const { inputs, id, name } = instance;
    const port = this.found.one(TYPES.port, textAt(inputs, "primaryNetworkInterface", "networkInterfaceId"));
    if (!port) return [];
    const subnetId = textAt(port.inputs, "subnetId");
    const privateAddress = this.networks.privateAddress(subnetId, worldId(port));
    const endpoint = this.networks.endpoint(
      { id: worldId(instance), subnetId, privateAddress },
      this.networks.addressOf(port.id),
    );
    return endpoint.map((each) => ({
      ...this.machine(each, instance, { id, name, type: textAt(inputs, "instanceType"), subnetId }),
      userData: textAt(inputs, "userDataBase64"),
      volumes: this.volumes(id),
      groups: textsAt(port.inputs, "securityGroups"),
    }));
  }

  private machine(
    endpoint: Endpoint,
    { config }: CloudResource,
    { id, name, type, subnetId }: { id: string; name: string; type: string; subnetId: string },
  ): Omit<Machine, "userData"> {
    const { privateAddress, publicAddress } = endpoint;
    const region = textAt(config, "region");
    const zone = textAt(this.networks.subnet(subnetId)?.inputs, "availabilityZone");
    return {
      ...endpoint,
      cloud: "aws",
      site: siteOf("aws", region),
      name,
      metaData: {
        "instance-id": id,
        "instance-type": type,
        "local-hostname": name,
        "local-ipv4": privateAddress,
        ...(publicAddress === undefined ? {} : { "public-ipv4": publicAddress }),
        placement: { "availability-zone": zone, region },
      },
      ...sizeOf("aws", type),
      volumes: [],
    };
  }

  private volumes(instanceId: string): Volume[] {
    return this.found.all(TYPES.attachment).flatMap(({ inputs }) => {
      const volume = this.found.one(TYPES.volume, textAt(inputs, "volumeId"));
      if (!volume || textAt(inputs, "instanceId") !== instanceId) return [];
      const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume.id.replace("-", "")}`;
      return [{ id: worldId(volume), gib: numberAt(volume.inputs, "size") ?? 1, device }];
    });
  }

  /** An Auto Scaling group, with the security groups of its machines. */
  private group(resource: CloudResource): Grouped<{ group: Group }>[] {
    const { inputs, config, name: wholeName } = resource;
    const mixed = at(inputs, "mixedInstancesPolicy", "launchTemplate", "launchTemplateSpecification");
    const templateId = textAt(inputs, "launchTemplate", "id") || textAt(mixed, "launchTemplateId");
    const template = this.found.one(TYPES.template, templateId)?.inputs;
    const subnets = textsAt(inputs, "vpcZoneIdentifiers").filter((id) => this.networks.subnet(id));
    if (!template || subnets.length === 0) return [];
    const open = textAt(template, "networkInterfaces", 0, "associatePublicIpAddress") === "true";
    const type = textAt(template, "instanceType");
    const machine = (key: string): Machine => {
      const id = `${worldId(resource)}-${key}`;
      // Spread over the zones, and the same for the same key.
      const subnetId = subnets[parseInt(hex(key, 8), 16) % subnets.length] ?? "";
      const [endpoint] = this.networks.endpoint(
        { id, subnetId, privateAddress: this.networks.privateAddress(subnetId, id) },
        open ? this.around.addresses.public(id) : undefined,
      );
      if (!endpoint) throw new Error(`${wholeName}: its subnet ${subnetId} is in no network`);
      const name = `${wholeName.split("/").at(-1)}-${key}`;
      const about = { id: `i-${hex(id, 17)}`, name, type, subnetId };
      return { ...this.machine(endpoint, resource, about), userData: textAt(template, "userData") };
    };
    const min = numberAt(inputs, "minSize") ?? 0;
    const group = groupOf(resource, this.around, {
      site: siteOf("aws", textAt(config, "region")),
      min,
      max: numberAt(inputs, "maxSize") ?? min,
      desired: numberAt(inputs, "desiredCapacity") ?? min,
      machine,
    });
    return [{ group, groups: textsAt(template, "networkInterfaces", 0, "securityGroups") }];
  }

  private balancer(balancer: CloudResource, machines: Machine[]): Grouped<Balancer>[] {
    const { inputs, state, config } = balancer;
    const id = worldId(balancer);
    const subnetId = textsAt(inputs, "subnets")[0] ?? "";
    const endpoint = this.networks.endpoint(
      { id, subnetId, privateAddress: this.networks.privateAddress(subnetId, id) },
      at(inputs, "internal") === true ? undefined : this.around.addresses.public(id),
    );
    const ways = this.found.all(TYPES.listener).flatMap((listener) => {
      const group = this.found.one(TYPES.targets, textAt(listener.inputs, "defaultActions", 0, "targetGroupArn"));
      const port = numberAt(listener.inputs, "port");
      const own = textAt(listener.inputs, "loadBalancerArn") === textAt(state, "arn");
      return !own || !group || port === undefined ? [] : [{ port, group }];
    });
    const check = at(ways[0]?.group.inputs, "healthCheck");
    return endpoint.map((each) => ({
      ...each,
      site: siteOf("aws", textAt(config, "region")),
      listeners: ways.map(({ port, group }) => ({ port, targetPort: numberAt(group.inputs, "port") ?? port })),
      targets: this.targets(new Set(ways.map(({ group }) => group.id)), machines),
      proxyProtocol: false,
      // What AWS takes where nothing is said (API_CreateTargetGroup).
      intervalSeconds: numberAt(check, "interval") ?? 30,
      fall: numberAt(check, "unhealthyThreshold") ?? 2,
      rise: numberAt(check, "healthyThreshold") ?? 5,
      groups: textsAt(inputs, "securityGroups"),
    }));
  }

  /** Machines in these target groups: by an attachment, or as members of a group that joins them. */
  private targets(arns: Set<string>, machines: Machine[]): string[] {
    const attached = this.found.all(TYPES.target).flatMap(({ inputs }) => {
      const instance = this.found.one(TYPES.instance, textAt(inputs, "targetId"));
      return instance && arns.has(textAt(inputs, "targetGroupArn")) ? [worldId(instance)] : [];
    });
    const joining = this.found
      .all(TYPES.group)
      .filter(({ inputs }) => textsAt(inputs, "targetGroupArns").some((arn) => arns.has(arn)))
      .map(worldId);
    const wanted = new Set([...attached, ...joining]);
    return machines.filter(({ id, group }) => wanted.has(id) || wanted.has(group ?? "")).map(({ id }) => id);
  }
}
