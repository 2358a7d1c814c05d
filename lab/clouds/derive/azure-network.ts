/** Azure's networks: where an interface is in them, and what its network security group lets in. */
import { outside } from "../../plugins/shared/cidr";
import type { CloudResource, Surroundings } from "../resources";
import type { CloudNetwork, Endpoint, InboundRule } from "../world";
import { ALL_PORTS, EVERYWHERE, portsOf, siteOf, worldId } from "./common";
import type { Found } from "./reading";
import { at, listAt, numberAt, textAt, textsAt } from "./reading";

const TYPES = {
  network: "azure-native:network:VirtualNetwork",
  guard: "azure-native:network:NetworkSecurityGroup",
  address: "azure-native:network:PublicIPAddress",
  nat: "azure-native:network:NatGateway",
} as const;

/** What an interface and a scale set's configuration of one say alike, of their first IP configuration. */
export interface Port {
  subnetId: string;
  guardId: string;
  /** Of backend pools. */
  pools: string[];
}

/** An endpoint, and its port. */
export type Ported<T> = T & { port: Port };

export function portOf(settings: unknown): Port {
  const first = at(settings, "ipConfigurations", 0);
  return {
    subnetId: textAt(first, "subnet", "id"),
    guardId: textAt(settings, "networkSecurityGroup", "id"),
    pools: listAt(first, "loadBalancerBackendAddressPools").map((pool) => textAt(pool, "id")),
  };
}

export class AzureNetworks {
  constructor(
    private readonly found: Found,
    private readonly around: Surroundings,
  ) {}

  all(): CloudNetwork[] {
    return this.found.all(TYPES.network).map((network) => ({
      id: worldId(network),
      site: siteOf("azure-native", textAt(network.inputs, "location")),
      // The program gives each network one.
      cidr: spaceOf(network)[0] ?? "",
    }));
  }

  privateAddress(subnetId: string, key: string): string {
    const { network, subnet } = this.subnet(subnetId);
    if (!network || subnet === undefined) return "";
    return this.around.addresses.private(worldId(network), textAt(subnet, "addressPrefix"), key);
  }

  /** Of a PublicIPAddress. */
  publicAddress(id: string): string | undefined {
    const address = this.found.one(TYPES.address, id);
    return address && this.around.addresses.public(worldId(address));
  }

  /** Its place in the network; none without the network. */
  endpoint(id: string, subnetId: string, privateAddress: string, publicAddress: string | undefined): Endpoint[] {
    const { network, subnet } = this.subnet(subnetId);
    if (!network) return [];
    const nat = this.found.one(TYPES.nat, textAt(subnet, "natGateway", "id"));
    const natAddress = this.publicAddress(textAt(nat?.inputs, "publicIpAddresses", 0, "id"));
    return [
      {
        id,
        network: worldId(network),
        privateAddress,
        ...(publicAddress === undefined ? {} : { publicAddress }),
        ...(natAddress === undefined ? {} : { natAddress }),
        inbound: [],
      },
    ];
  }

  /** The endpoints with what their security groups let in. */
  guarded<T extends Endpoint>(endpoints: Ported<T>[], balancers: Endpoint[]): T[] {
    return endpoints.map((each) => {
      const probes = balancers
        .filter(({ network }) => network === each.network)
        .map((end) => `${end.privateAddress}/32`);
      return { ...each, port: undefined, inbound: this.inbound(each.port, probes) };
    });
  }

  /** @param probes what the tag AzureLoadBalancer stands for: in the lab, load balancers ask and connect from their own address. */
  private inbound({ subnetId, guardId }: Port, probes: string[]): InboundRule[] {
    const { network, subnet } = this.subnet(subnetId);
    const space = network ? spaceOf(network) : [];
    const sources: Record<string, string[]> = {
      "*": [EVERYWHERE],
      Internet: outside(space),
      VirtualNetwork: space,
      AzureLoadBalancer: probes,
    };
    const guard =
      this.found.one(TYPES.guard, guardId) ?? this.found.one(TYPES.guard, textAt(subnet, "networkSecurityGroup", "id"));
    const rules = listAt(guard?.inputs, "securityRules")
      .filter((rule) => textAt(rule, "direction") === "Inbound")
      .sort((one, other) => (numberAt(one, "priority") ?? 0) - (numberAt(other, "priority") ?? 0))
      .map((rule): InboundRule => {
        const named = [textAt(rule, "sourceAddressPrefix"), ...textsAt(rule, "sourceAddressPrefixes")];
        return {
          allow: textAt(rule, "access") === "Allow",
          protocol: PROTOCOLS[textAt(rule, "protocol")] ?? "any",
          ports: portsOf(textAt(rule, "destinationPortRange")),
          from: named.filter((source) => source !== "").flatMap((source) => sources[source] ?? [source]),
        };
      });
    // Azure's own rules, 65000 and 65001 (learn.microsoft.com/azure/virtual-network/network-security-groups-overview).
    const own = ["VirtualNetwork", "AzureLoadBalancer"].map((tag): InboundRule => ({
      allow: true,
      protocol: "any",
      ports: ALL_PORTS,
      from: sources[tag] ?? [],
    }));
    return [...rules, ...own].filter(({ from }) => from.length > 0);
  }

  /** Subnets are parts of their network: its id, "/subnets/" and their name. */
  private subnet(id: string): { network?: CloudResource; subnet?: unknown } {
    const [networkId = "", name = ""] = id.split("/subnets/");
    const network = this.found.one(TYPES.network, networkId);
    return { network, subnet: listAt(network?.inputs, "subnets").find((each) => textAt(each, "name") === name) };
  }
}

const PROTOCOLS: Record<string, "tcp" | "udp"> = { Tcp: "tcp", Udp: "udp" };

function spaceOf({ inputs }: CloudResource): string[] {
  return textsAt(inputs, "addressSpace", "addressPrefixes");
}
