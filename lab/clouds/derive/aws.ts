/** AWS: what its resources come to. */
import type { CloudResource, CloudRules, Surroundings } from "../resources";
import type { Balancer, CloudNetwork, Endpoint, Group, Machine, Volume, World } from "../world";
import { records, zoneOf } from "./aws-dns";
import { ALL_PORTS, allow, EVERYWHERE, groupOf, hex, membersOf, siteOf, sizeOf, worldId } from "./common";
import { at, Found, listAt, numberAt, textAt, textsAt } from "./reading";

const TYPES = {
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  route: "aws:ec2/route:Route",
  nat: "aws:ec2/natGateway:NatGateway",
  port: "aws:ec2/networkInterface:NetworkInterface",
  address: "aws:ec2/eip:Eip",
  instance: "aws:ec2/instance:Instance",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
  group: "aws:autoscaling/group:Group",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  volume: "aws:ebs/volume:Volume",
  attachment: "aws:ec2/volumeAttachment:VolumeAttachment",
  balancer: "aws:lb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  targets: "aws:lb/targetGroup:TargetGroup",
  target: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
} as const;

/** An endpoint, and the security groups that it is in. */
type Grouped<T> = T & { groups: string[] };

export const aws: CloudRules = {
  outputs: (resource, all, around) => {
    const amazon = new Amazon(all, around);
    switch (resource.type) {
      case TYPES.port:
        return { privateIp: amazon.privateAddress(textAt(resource.inputs, "subnetId"), worldId(resource)) };
      case TYPES.address:
        return { publicIp: around.addresses.public(worldId(resource)) };
      default:
        return {};
    }
  },
  derive: (all, around) => new Amazon(all, around).world(),
};

class Amazon {
  private readonly found: Found;

  constructor(
    all: readonly CloudResource[],
    private readonly around: Surroundings,
  ) {
    this.found = new Found(all, "aws");
  }

  world(): World {
    const networks = this.found.all(TYPES.vpc).map((vpc) => this.network(vpc));
    const groups = this.found.all(TYPES.group).flatMap((group) => this.group(group));
    const machines = [
      ...this.found.all(TYPES.instance).flatMap((instance) => this.instance(instance)),
      ...groups.flatMap((group) => membersOf(group, this.around).map((each) => this.withGroups(each, group.id))),
    ];
    const balancers = this.found.all(TYPES.balancer).flatMap((each) => this.balancer(each, machines));
    const everyone = [...machines, ...balancers];
    const guarded = <T extends Endpoint>({ groups: own, ...endpoint }: Grouped<T>) => ({
      ...endpoint,
      inbound: this.inbound(own, everyone),
    });
    // The machine that a group makes has its rules once it is there.
    return {
      networks,
      machines: machines.map(guarded),
      groups,
      balancers: balancers.map(guarded),
      zones: [...this.found.all(TYPES.balancer).flatMap((each) => this.ownName(each, balancers)), ...records(this.found)],
    };
  }

  /** An address in a subnet; none without the subnet. */
  privateAddress(subnetId: string, key: string): string {
    const subnet = this.found.one(TYPES.subnet, subnetId);
    const vpc = this.found.one(TYPES.vpc, textAt(subnet?.inputs, "vpcId"));
    if (!subnet || !vpc) return "";
    return this.around.addresses.private(worldId(vpc), textAt(subnet.inputs, "cidrBlock"), key);
  }

  private network(vpc: CloudResource): CloudNetwork {
    return { id: worldId(vpc), site: this.site(vpc), cidr: textAt(vpc.inputs, "cidrBlock") };
  }

  private site({ cloud, config }: CloudResource): string {
    return siteOf(cloud, textAt(config, "region"));
  }

  private instance(instance: CloudResource): Grouped<Machine>[] {
    const port = this.found.one(TYPES.port, textAt(instance.inputs, "primaryNetworkInterface", "networkInterfaceId"));
    if (!port) return [];
    const own = this.found.all(TYPES.address).find(({ inputs }) => textAt(inputs, "networkInterface") === port.id);
    const subnetId = textAt(port.inputs, "subnetId");
    const endpoint = this.endpoint(
      { id: worldId(instance), subnetId, privateAddress: this.privateAddress(subnetId, worldId(port)) },
      own && this.around.addresses.public(worldId(own)),
    );
    const { inputs, id } = instance;
    return endpoint.map((each) => ({
      ...this.machine(each, instance, { id, name: instance.name, type: textAt(inputs, "instanceType"), subnetId }),
      userData: textAt(inputs, "userDataBase64"),
      volumes: this.volumes(id),
      groups: textsAt(port.inputs, "securityGroups"),
    }));
  }

  /** Its place in the network, by the routes of its subnet. */
  private endpoint(
    { id, subnetId, privateAddress }: { id: string; subnetId: string; privateAddress: string },
    publicAddress: string | undefined,
  ): Endpoint[] {
    const vpc = this.found.one(TYPES.vpc, textAt(this.found.one(TYPES.subnet, subnetId)?.inputs, "vpcId"));
    if (!vpc) return [];
    const table = this.found.all(TYPES.association).find(({ inputs }) => textAt(inputs, "subnetId") === subnetId);
    const route = this.found
      .all(TYPES.route)
      .find(
        ({ inputs }) =>
          textAt(inputs, "routeTableId") === textAt(table?.inputs, "routeTableId") &&
          textAt(inputs, "destinationCidrBlock") === EVERYWHERE,
      );
    const nat = this.found.one(TYPES.nat, textAt(route?.inputs, "natGatewayId"));
    const address = this.found.one(TYPES.address, textAt(nat?.inputs, "allocationId"));
    return [
      {
        id,
        network: worldId(vpc),
        privateAddress,
        // An address is of use behind an internet gateway only.
        ...(publicAddress && textAt(route?.inputs, "gatewayId") ? { publicAddress } : {}),
        ...(address ? { natAddress: this.around.addresses.public(worldId(address)) } : {}),
        inbound: [],
      },
    ];
  }

  private machine(
    endpoint: Endpoint,
    of: CloudResource,
    { id, name, type, subnetId }: { id: string; name: string; type: string; subnetId: string },
  ): Omit<Machine, "userData"> {
    const { privateAddress, publicAddress } = endpoint;
    const zone = textAt(this.found.one(TYPES.subnet, subnetId)?.inputs, "availabilityZone");
    return {
      ...endpoint,
      cloud: "aws",
      site: this.site(of),
      name,
      metaData: {
        "instance-id": id,
        "instance-type": type,
        "local-hostname": name,
        "local-ipv4": privateAddress,
        ...(publicAddress ? { "public-ipv4": publicAddress } : {}),
        placement: { "availability-zone": zone, region: textAt(of.config, "region") },
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

  private templateOf({ inputs }: CloudResource): CloudResource | undefined {
    const mixed = at(inputs, "mixedInstancesPolicy", "launchTemplate", "launchTemplateSpecification");
    const id = textAt(inputs, "launchTemplate", "id") || textAt(mixed, "launchTemplateId");
    return this.found.one(TYPES.template, id);
  }

  private group(group: CloudResource): Group[] {
    const template = this.templateOf(group);
    const subnets = textsAt(group.inputs, "vpcZoneIdentifiers");
    const known = subnets.filter((id) => this.found.one(TYPES.subnet, id));
    if (!template || known.length === 0) return [];
    const min = numberAt(group.inputs, "minSize") ?? 0;
    const machine = (key: string): Machine => {
      const id = `${worldId(group)}-${key}`;
      // Spread over the zones, and the same for the same key.
      const subnetId = known[parseInt(hex(key, 8), 16) % known.length] ?? "";
      const open = textAt(template.inputs, "networkInterfaces", 0, "associatePublicIpAddress") === "true";
      const [endpoint] = this.endpoint(
        { id, subnetId, privateAddress: this.privateAddress(subnetId, id) },
        open ? this.around.addresses.public(id) : undefined,
      );
      if (!endpoint) throw new Error(`${group.name}: its subnet ${subnetId} is in no network`);
      const type = textAt(template.inputs, "instanceType");
      const about = { id: `i-${hex(id, 17)}`, name: `${group.name.split("/").at(-1)}-${key}`, type, subnetId };
      return { ...this.machine(endpoint, group, about), userData: textAt(template.inputs, "userData") };
    };
    return [
      groupOf(group, this.around, {
        site: this.site(group),
        min,
        max: numberAt(group.inputs, "maxSize") ?? min,
        desired: numberAt(group.inputs, "desiredCapacity") ?? min,
        machine,
      }),
    ];
  }

  private withGroups(machine: Machine, groupId: string): Grouped<Machine> {
    const group = this.found.all(TYPES.group).find((each) => worldId(each) === groupId);
    const template = group && this.templateOf(group);
    return { ...machine, groups: textsAt(template?.inputs, "networkInterfaces", 0, "securityGroups") };
  }

  private balancer(balancer: CloudResource, machines: Machine[]): Grouped<Balancer>[] {
    const id = worldId(balancer);
    const subnetId = textsAt(balancer.inputs, "subnets")[0] ?? "";
    const open = at(balancer.inputs, "internal") !== true;
    const endpoint = this.endpoint(
      { id, subnetId, privateAddress: this.privateAddress(subnetId, id) },
      open ? this.around.addresses.public(id) : undefined,
    );
    const ways = this.found.all(TYPES.listener).flatMap(({ inputs }) => {
      const group = this.found.one(TYPES.targets, textAt(inputs, "defaultActions", 0, "targetGroupArn"));
      const port = numberAt(inputs, "port");
      if (!group || port === undefined || textAt(inputs, "loadBalancerArn") !== textAt(balancer.state, "arn")) return [];
      return [{ port, group, targetPort: numberAt(group.inputs, "port") ?? port }];
    });
    const check = at(ways[0]?.group.inputs, "healthCheck");
    return endpoint.map((each) => ({
      ...each,
      site: this.site(balancer),
      listeners: ways.map(({ port, targetPort }) => ({ port, targetPort })),
      targets: this.targets(new Set(ways.map(({ group }) => group.id)), machines),
      proxyProtocol: false,
      intervalSeconds: numberAt(check, "interval") ?? 30,
      fall: numberAt(check, "unhealthyThreshold") ?? 2,
      rise: numberAt(check, "healthyThreshold") ?? 5,
      groups: textsAt(balancer.inputs, "securityGroups"),
    }));
  }

  /** Machines in these target groups, by attachments and by the groups that they are members of. */
  private targets(targetGroups: Set<string>, machines: Machine[]): string[] {
    const attached = this.found
      .all(TYPES.target)
      .filter(({ inputs }) => targetGroups.has(textAt(inputs, "targetGroupArn")))
      .map(({ inputs }) => this.found.one(TYPES.instance, textAt(inputs, "targetId")));
    const groups = this.found
      .all(TYPES.group)
      .filter(({ inputs }) => textsAt(inputs, "targetGroupArns").some((arn) => targetGroups.has(arn)));
    const wanted = new Set([...attached, ...groups].flatMap((each) => (each ? [worldId(each)] : [])));
    return machines.filter(({ id, group }) => wanted.has(id) || wanted.has(group ?? "")).map(({ id }) => id);
  }

  private ownName(balancer: CloudResource, made: Balancer[]) {
    const address = made.find(({ id }) => id === worldId(balancer))?.publicAddress;
    return zoneOf(textAt(balancer.state, "dnsName"), address);
  }

  private inbound(groups: string[], everyone: Grouped<Endpoint>[]) {
    return this.found
      .all(TYPES.ingress)
      .filter(({ inputs }) => groups.includes(textAt(inputs, "securityGroupId")))
      .flatMap(({ inputs }) => {
        const protocol = textAt(inputs, "ipProtocol");
        if (protocol === "icmp") return [];
        const named = textAt(inputs, "referencedSecurityGroupId");
        const holders = everyone.filter((each) => each.groups.includes(named));
        const from = named === "" ? [textAt(inputs, "cidrIpv4")] : holders.map((each) => `${each.privateAddress}/32`);
        const { fromPort = 0, toPort = 0 } = { fromPort: numberAt(inputs, "fromPort"), toPort: numberAt(inputs, "toPort") };
        if (protocol === "tcp" || protocol === "udp") return allow(protocol, [fromPort, toPort], from);
        return allow("any", ALL_PORTS, from);
      });
  }
}
