/** DigitalOcean: what its resources come to. */
import type { CloudResource, CloudRules, Surroundings } from "../resources";
import type { Balancer, Group, Machine, Volume, World } from "../world";
import { allow, EVERYWHERE, groupOf, hex, membersOf, siteOf, sizeOf, worldId } from "./common";
import { digitaloceanZones, inbound, type Tagged } from "./digitalocean-rules";
import { at, Found, listAt, numberAt, textAt, textsAt } from "./reading";

const TYPES = {
  network: "digitalocean:index/vpc:Vpc",
  droplet: "digitalocean:index/droplet:Droplet",
  autoscale: "digitalocean:index/dropletAutoscale:DropletAutoscale",
  address: "digitalocean:index/reservedIp:ReservedIp",
  assignment: "digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
  balancer: "digitalocean:index/loadBalancer:LoadBalancer",
  volume: "digitalocean:index/volume:Volume",
  attachment: "digitalocean:index/volumeAttachment:VolumeAttachment",
} as const;

export const digitalocean: CloudRules = {
  outputs: (resource, all, around) => {
    const ocean = new DigitalOcean(new Found(all, "digitalocean"), around);
    switch (resource.type) {
      case TYPES.network:
        return { ipRange: ocean.rangeOf(resource) };
      case TYPES.droplet: {
        const [droplet] = ocean.droplet(resource);
        if (!droplet) return {};
        const ipv4Address = around.addresses.public(worldId(resource));
        return { ipv4Address, ipv4AddressPrivate: droplet.privateAddress };
      }
      case TYPES.address:
        return { ipAddress: around.addresses.public(worldId(resource)) };
      case TYPES.balancer:
        return { ip: around.addresses.public(worldId(resource)) };
      default:
        return {};
    }
  },
  derive: (all, around) => new DigitalOcean(new Found(all, "digitalocean"), around).world(),
};

class DigitalOcean {
  constructor(
    private readonly found: Found,
    private readonly around: Surroundings,
  ) {}

  world(): World {
    const pools = this.found.all(TYPES.autoscale).flatMap((pool) => this.pool(pool));
    const machines = [
      ...this.found.all(TYPES.droplet).flatMap((droplet) => this.droplet(droplet)),
      ...pools.flatMap(({ group, tags, resourceId }) =>
        membersOf(group, this.around).map((each) => ({ ...each, tags, resourceId })),
      ),
    ];
    const balancers = this.found.all(TYPES.balancer).flatMap((balancer) => this.balancer(balancer, machines));
    return {
      networks: this.found.all(TYPES.network).map((network) => ({
        id: worldId(network),
        site: siteOf("digitalocean", textAt(network.inputs, "region")),
        cidr: this.rangeOf(network),
      })),
      machines: machines.map((machine) => ({
        ...machine,
        tags: undefined,
        resourceId: undefined,
        inbound: inbound(machine, machines, balancers, this.found),
      })),
      groups: pools.map(({ group }) => group),
      balancers: balancers.map((balancer) => ({ ...balancer, tags: undefined, resourceId: undefined })),
      zones: digitaloceanZones(this.found),
      volumes: this.found.all(TYPES.volume).map(worldId),
    };
  }

  /** A network without a range of its own gets one that no other of the account has. */
  rangeOf(network: CloudResource): string {
    const given = textAt(network.inputs, "ipRange") || textAt(network.state, "ipRange");
    const others = this.found.all(TYPES.network).filter((each) => each !== network && each.id !== network.id);
    const taken = new Set(others.map(({ inputs, state }) => textAt(inputs, "ipRange") || textAt(state, "ipRange")));
    const ranges = Array.from(
      { length: 40 * 16 },
      (_, index) => `10.${100 + Math.floor(index / 16)}.${(index % 16) * 16}.0/20`,
    );
    return given !== "" && !taken.has(given) ? given : (ranges.find((range) => !taken.has(range)) ?? "");
  }

  droplet(droplet: CloudResource): Tagged<Machine>[] {
    const { inputs, id } = droplet;
    const own = this.found.all(TYPES.address).find((address) => this.holderOf(address) === id);
    return this.machine(inputs, {
      id: worldId(droplet),
      dropletId: id,
      // A reserved address takes the place of the machine's own.
      reachedAt: this.around.addresses.public(own ? worldId(own) : worldId(droplet)),
      address: this.around.addresses.public(worldId(droplet)),
      name: textAt(inputs, "name"),
    }).map((machine) => ({ ...machine, volumes: this.volumes(id) }));
  }

  /** Id of the Droplet that has a reserved address. */
  private holderOf({ inputs, state }: CloudResource): string {
    const address = textAt(state, "ipAddress");
    const assignment = this.found.all(TYPES.assignment).find((each) => textAt(each.inputs, "ipAddress") === address);
    return textAt(assignment?.inputs, "dropletId") || textAt(inputs, "dropletId");
  }

  /** @param settings a Droplet's inputs, or an autoscale pool's template. */
  private machine(
    settings: unknown,
    about: { id: string; dropletId: string; reachedAt: string; address: string; name: string },
  ): Tagged<Machine>[] {
    const network = this.found.one(TYPES.network, textAt(settings, "vpcUuid"));
    if (!network) return [];
    const { id, dropletId, reachedAt, address, name } = about;
    const privateAddress = this.around.addresses.private(worldId(network), this.rangeOf(network), id);
    const region = textAt(settings, "region");
    const interfaceOf = (type: string, ip: string) => [{ type, ipv4: { ip_address: ip } }];
    return [
      {
        id,
        cloud: "digitalocean",
        site: siteOf("digitalocean", region),
        name,
        network: worldId(network),
        privateAddress,
        publicAddress: reachedAt,
        inbound: [],
        userData: textAt(settings, "userData"),
        metaData: {
          "instance-id": dropletId,
          droplet_id: Number(dropletId),
          hostname: name,
          "local-hostname": name,
          region,
          interfaces: { public: interfaceOf("public", address), private: interfaceOf("private", privateAddress) },
        },
        ...sizeOf("digitalocean", textAt(settings, "size")),
        volumes: [],
        tags: textsAt(settings, "tags"),
        resourceId: dropletId,
      },
    ];
  }

  private volumes(dropletId: string): Volume[] {
    return this.found.all(TYPES.attachment).flatMap(({ inputs }) => {
      const volume = this.found.one(TYPES.volume, textAt(inputs, "volumeId"));
      if (!volume || textAt(inputs, "dropletId") !== dropletId) return [];
      const device = `/dev/disk/by-id/scsi-0DO_Volume_${textAt(volume.inputs, "name")}`;
      return [{ id: worldId(volume), gib: numberAt(volume.inputs, "size") ?? 1, device }];
    });
  }

  private pool(pool: CloudResource): Tagged<{ group: Group }>[] {
    const template = at(pool.inputs, "dropletTemplate");
    const config = at(pool.inputs, "config");
    if (!this.found.one(TYPES.network, textAt(template, "vpcUuid"))) return [];
    const machine = (key: string): Machine => {
      const id = `${worldId(pool)}-${key}`;
      const address = this.around.addresses.public(id);
      const name = `${textAt(pool.inputs, "name")}-${key}`;
      const dropletId = String(parseInt(hex(id, 8), 16));
      const [made] = this.machine(template, { id, dropletId, reachedAt: address, address, name });
      if (!made) throw new Error(`${pool.name}: it is in no network`);
      return made;
    };
    const fixed = numberAt(config, "targetNumberInstances");
    const min = fixed ?? numberAt(config, "minInstances") ?? 1;
    const max = fixed ?? numberAt(config, "maxInstances") ?? min;
    const site = siteOf("digitalocean", textAt(template, "region"));
    const group = groupOf(pool, this.around, { site, min, max, desired: min, machine });
    return [{ group, tags: textsAt(template, "tags"), resourceId: "" }];
  }

  private balancer(balancer: CloudResource, machines: Tagged<Machine>[]): Tagged<Balancer>[] {
    const { inputs } = balancer;
    const network = this.found.one(TYPES.network, textAt(inputs, "vpcUuid"));
    if (!network) return [];
    const id = worldId(balancer);
    const listeners = listAt(inputs, "forwardingRules").map((rule) => ({
      port: numberAt(rule, "entryPort") ?? 0,
      targetPort: numberAt(rule, "targetPort") ?? 0,
    }));
    const tag = textAt(inputs, "dropletTag");
    const ids = textsAt(inputs, "dropletIds");
    const check = at(inputs, "healthcheck");
    return [
      {
        id,
        site: siteOf("digitalocean", textAt(inputs, "region")),
        network: worldId(network),
        privateAddress: this.around.addresses.private(worldId(network), this.rangeOf(network), id),
        publicAddress: this.around.addresses.public(id),
        inbound: listeners.flatMap(({ port }) => allow("tcp", [port, port], [EVERYWHERE])),
        listeners,
        targets: machines
          .filter((each) => each.network === worldId(network))
          .filter(({ tags, resourceId }) => tags.includes(tag) || ids.includes(resourceId))
          .map((machine) => machine.id),
        proxyProtocol: at(inputs, "enableProxyProtocol") === true,
        // What DigitalOcean takes where nothing is said.
        intervalSeconds: numberAt(check, "checkIntervalSeconds") ?? 10,
        fall: numberAt(check, "unhealthyThreshold") ?? 3,
        rise: numberAt(check, "healthyThreshold") ?? 5,
        tags: [],
        resourceId: balancer.id,
      },
    ];
  }
}
