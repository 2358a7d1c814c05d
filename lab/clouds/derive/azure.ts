/** Azure: what its resources come to. */
import type { CloudResource, CloudRules, Surroundings } from "../resources";
import type { Balancer, Endpoint, Group, Machine, Volume, World } from "../world";
import { azureZones } from "./azure-dns";
import { AzureNetworks, type Ported, portOf } from "./azure-network";
import { allow, EVERYWHERE, groupOf, hex, membersOf, siteOf, sizeOf, worldId } from "./common";
import { at, Found, listAt, numberAt, textAt } from "./reading";

const TYPES = {
  port: "azure-native:network:NetworkInterface",
  address: "azure-native:network:PublicIPAddress",
  balancer: "azure-native:network:LoadBalancer",
  machine: "azure-native:compute:VirtualMachine",
  set: "azure-native:compute:VirtualMachineScaleSet",
  disk: "azure-native:compute:Disk",
  autoscale: "azure-native:monitor:AutoscaleSetting",
} as const;

/** learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-placement-groups */
const MOST_OF_A_SET = 1000;

export const azure: CloudRules = {
  outputs: (resource, all, around) => {
    const networks = new AzureNetworks(new Found(all, "azure-native"), around);
    switch (resource.type) {
      case TYPES.port: {
        const privateIPAddress = networks.privateAddress(portOf(resource.inputs).subnetId, worldId(resource));
        const configurations = listAt(resource.inputs, "ipConfigurations") as object[]; // by the stand-in's table
        return { ipConfigurations: configurations.map((each) => ({ ...each, privateIPAddress })) };
      }
      case TYPES.address:
        return { ipAddress: networks.publicAddress(resource.id) };
      default:
        return {};
    }
  },
  derive: (all, around) => new Azure(new Found(all, "azure-native"), around).world(),
};

class Azure {
  private readonly networks: AzureNetworks;

  constructor(
    private readonly found: Found,
    private readonly around: Surroundings,
  ) {
    this.networks = new AzureNetworks(found, around);
  }

  world(): World {
    const sets = this.found.all(TYPES.set).flatMap((set) => this.set(set));
    const machines = [
      ...this.found.all(TYPES.machine).flatMap((machine) => this.machine(machine)),
      ...sets.flatMap(({ group, port }) => membersOf(group, this.around).map((each) => ({ ...each, port }))),
    ];
    const balancers = this.found.all(TYPES.balancer).flatMap((balancer) => this.balancer(balancer, machines));
    return {
      networks: this.networks.all(),
      machines: this.networks.guarded(machines, balancers),
      groups: sets.map(({ group }) => group),
      balancers,
      zones: azureZones(this.found),
      volumes: this.found.all(TYPES.disk).map(worldId),
    };
  }

  private machine(machine: CloudResource): Ported<Machine>[] {
    const { inputs, state } = machine;
    const nic = this.found.one(TYPES.port, textAt(inputs, "networkProfile", "networkInterfaces", 0, "id"));
    if (!nic) return [];
    const port = portOf(nic.inputs);
    const publicAddress = this.networks.publicAddress(
      textAt(nic.inputs, "ipConfigurations", 0, "publicIPAddress", "id"),
    );
    const privateAddress = this.networks.privateAddress(port.subnetId, worldId(nic));
    const id = worldId(machine);
    return this.networks.endpoint(id, port.subnetId, privateAddress, publicAddress).map((each) => ({
      ...common(each, {
        vmId: textAt(state, "vmId"),
        name: textAt(inputs, "vmName"),
        computerName: textAt(inputs, "osProfile", "computerName"),
        size: textAt(inputs, "hardwareProfile", "vmSize"),
        location: textAt(inputs, "location"),
        userData: textAt(inputs, "osProfile", "customData"),
      }),
      volumes: this.volumes(inputs),
      port,
    }));
  }

  private volumes(inputs: unknown): Volume[] {
    return listAt(inputs, "storageProfile", "dataDisks").flatMap((attached) => {
      const disk = this.found.one(TYPES.disk, textAt(attached, "managedDisk", "id"));
      if (!disk) return [];
      const device = `/dev/disk/azure/scsi1/lun${textAt(attached, "lun")}`;
      return [{ id: worldId(disk), gib: numberAt(disk.inputs, "diskSizeGB") ?? 1, device }];
    });
  }

  /** A scale set, with the port that its machines have alike. */
  private set(set: CloudResource): Ported<{ group: Group }>[] {
    const { inputs, name: wholeName } = set;
    const profile = at(inputs, "virtualMachineProfile");
    const settings = at(profile, "networkProfile", "networkInterfaceConfigurations", 0);
    const port = portOf(settings);
    if (this.networks.endpoint("", port.subnetId, "", undefined).length === 0) return [];
    const open = at(settings, "ipConfigurations", 0, "publicIPAddressConfiguration") !== undefined;
    const location = textAt(inputs, "location");
    const machine = (key: string): Machine => {
      const id = `${worldId(set)}-${key}`;
      const privateAddress = this.networks.privateAddress(port.subnetId, id);
      const publicAddress = open ? this.around.addresses.public(id) : undefined;
      const [endpoint] = this.networks.endpoint(id, port.subnetId, privateAddress, publicAddress);
      if (!endpoint) throw new Error(`${wholeName}: its subnet ${port.subnetId} is in no network`);
      return common(endpoint, {
        vmId: hex(id, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
        name: `${textAt(inputs, "vmScaleSetName")}_${key}`,
        computerName: textAt(profile, "osProfile", "computerNamePrefix") + key,
        size: textAt(inputs, "sku", "name"),
        location,
        userData: textAt(profile, "osProfile", "customData"),
      });
    };
    // Without a setting of its own, a set is as large as it was asked to be.
    const capacity = numberAt(inputs, "sku", "capacity");
    const bounds = at(
      this.found.all(TYPES.autoscale).find((each) => textAt(each.inputs, "targetResourceUri") === set.id)?.inputs,
      ...["profiles", 0, "capacity"],
    );
    const min = numberAt(bounds, "minimum") ?? 0;
    const desired = capacity ?? numberAt(bounds, "default") ?? 0;
    const max = numberAt(bounds, "maximum") ?? MOST_OF_A_SET;
    const group = groupOf(set, this.around, { site: siteOf("azure-native", location), min, max, desired, machine });
    return [{ group, port }];
  }

  private balancer(balancer: CloudResource, machines: Ported<Machine>[]): Balancer[] {
    const { inputs } = balancer;
    const targets = machines.filter(({ port }) =>
      port.pools.some((pool) => pool.startsWith(`${balancer.id}/backendAddressPools/`)),
    );
    const [first] = targets;
    // Its network is that of the machines behind it.
    if (!first) return [];
    const id = worldId(balancer);
    const address = this.networks.publicAddress(textAt(inputs, "frontendIPConfigurations", 0, "publicIPAddress", "id"));
    const rules = listAt(inputs, "loadBalancingRules").filter((rule) => textAt(rule, "protocol") !== "Udp");
    const listeners = rules.map((rule) => ({
      port: numberAt(rule, "frontendPort") ?? 0,
      targetPort: numberAt(rule, "backendPort") ?? 0,
    }));
    const probeName = textAt(rules[0], "probe", "id").split("/").at(-1);
    const probe = listAt(inputs, "probes").find((each) => textAt(each, "name") === probeName);
    const privateAddress = this.networks.privateAddress(first.port.subnetId, id);
    return this.networks.endpoint(id, first.port.subnetId, privateAddress, address).map((each: Endpoint) => ({
      ...each,
      site: siteOf("azure-native", textAt(inputs, "location")),
      // Whom it lets in is the nodes' groups' to say; here connections end at the load balancer.
      inbound: listeners.flatMap(({ port }) => allow("tcp", [port, port], [EVERYWHERE])),
      listeners,
      targets: targets.map((target) => target.id),
      proxyProtocol: false,
      intervalSeconds: numberAt(probe, "intervalInSeconds") ?? 15,
      fall: numberAt(probe, "probeThreshold") ?? 1,
      rise: numberAt(probe, "probeThreshold") ?? 1,
    }));
  }
}

/** What machines have alike, made one by one or by a set. */
function common(
  endpoint: Endpoint,
  about: { vmId: string; name: string; computerName: string; size: string; location: string; userData: string },
): Machine {
  const { vmId, name, computerName, size, location, userData } = about;
  // Addresses of the Standard kind are told by the load balancer's metadata only.
  const ipv4 = { ipAddress: [{ privateIpAddress: endpoint.privateAddress, publicIpAddress: "" }] };
  return {
    ...endpoint,
    cloud: "azure-native",
    site: siteOf("azure-native", location),
    name: computerName,
    userData,
    metaData: {
      "instance-id": vmId,
      "local-hostname": computerName,
      imds: {
        compute: { name, vmId, vmSize: size, location, osType: "Linux", provider: "Microsoft.Compute" },
        network: { interface: [{ ipv4 }] },
      },
    },
    ...sizeOf("azure-native", size),
    volumes: [],
  };
}
