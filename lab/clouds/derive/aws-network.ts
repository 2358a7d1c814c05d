/** AWS's networks: where an endpoint is in them, and whom its security groups let in. */
import type { CloudResource, Surroundings } from "../resources";
import type { CloudNetwork, Endpoint, InboundRule } from "../world";
import { ALL_PORTS, allow, EVERYWHERE, siteOf, worldId } from "./common";
import type { Found } from "./reading";
import { numberAt, textAt } from "./reading";

const TYPES = {
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  route: "aws:ec2/route:Route",
  nat: "aws:ec2/natGateway:NatGateway",
  address: "aws:ec2/eip:Eip",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
} as const;

/** An endpoint, and the security groups that it is in. */
export type Grouped<T> = T & { groups: string[] };

export class AwsNetworks {
  constructor(
    private readonly found: Found,
    private readonly around: Surroundings,
  ) {}

  all(): CloudNetwork[] {
    return this.found.all(TYPES.vpc).map((vpc) => {
      const site = siteOf("aws", textAt(vpc.config, "region"));
      return { id: worldId(vpc), site, cidr: textAt(vpc.inputs, "cidrBlock") };
    });
  }

  subnet(id: string): CloudResource | undefined {
    return this.found.one(TYPES.subnet, id);
  }

  /** An address in a subnet; "" without the subnet. */
  privateAddress(subnetId: string, key: string): string {
    const subnet = this.subnet(subnetId);
    const vpc = this.vpcOf(subnet);
    if (!subnet || !vpc) return "";
    return this.around.addresses.private(worldId(vpc), textAt(subnet.inputs, "cidrBlock"), key);
  }

  /** An elastic address. */
  publicAddress(address: CloudResource): string {
    return this.around.addresses.public(worldId(address));
  }

  /** The elastic address of a network interface. */
  addressOf(portId: string): string | undefined {
    const own = this.found.all(TYPES.address).find(({ inputs }) => textAt(inputs, "networkInterface") === portId);
    return own && this.publicAddress(own);
  }

  /** Its place in the network, by the routes of its subnet; none without the network. */
  endpoint(
    { id, subnetId, privateAddress }: { id: string; subnetId: string; privateAddress: string },
    publicAddress: string | undefined,
  ): Endpoint[] {
    const vpc = this.vpcOf(this.subnet(subnetId));
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
    const natAddress = this.found.one(TYPES.address, textAt(nat?.inputs, "allocationId"));
    return [
      {
        id,
        network: worldId(vpc),
        privateAddress,
        // An address is of use behind an internet gateway only.
        ...(publicAddress !== undefined && textAt(route?.inputs, "gatewayId") !== "" ? { publicAddress } : {}),
        ...(natAddress ? { natAddress: this.publicAddress(natAddress) } : {}),
        inbound: [],
      },
    ];
  }

  /** The endpoints with what their groups let in. */
  guarded<T extends Endpoint>(endpoints: Grouped<T>[], everyone: Grouped<Endpoint>[]): T[] {
    return endpoints.map((each) => ({ ...each, groups: undefined, inbound: this.inbound(each.groups, everyone) }));
  }

  private inbound(groups: string[], everyone: Grouped<Endpoint>[]): InboundRule[] {
    const rules = this.found
      .all(TYPES.ingress)
      .filter(({ inputs }) => groups.includes(textAt(inputs, "securityGroupId")));
    return rules.flatMap(({ inputs }) => {
      const protocol = textAt(inputs, "ipProtocol");
      const named = textAt(inputs, "referencedSecurityGroupId");
      const holders = everyone.filter((each) => each.groups.includes(named));
      const from = named === "" ? [textAt(inputs, "cidrIpv4")] : holders.map((each) => `${each.privateAddress}/32`);
      if (protocol === "-1") return allow("any", ALL_PORTS, from);
      // The World has no ICMP.
      if (protocol !== "tcp" && protocol !== "udp") return [];
      return allow(protocol, [numberAt(inputs, "fromPort") ?? 0, numberAt(inputs, "toPort") ?? 0], from);
    });
  }

  private vpcOf(subnet: CloudResource | undefined): CloudResource | undefined {
    return this.found.one(TYPES.vpc, textAt(subnet?.inputs, "vpcId"));
  }
}
