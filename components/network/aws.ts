import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { subnetAt } from "../../plan/subnets";
import type { Plan } from "../../plan/types";
import { tagsOf } from "../aws/names";
import { SecurityGroups } from "../aws/security-groups";
import type { SiteArgs } from "../site";

/** A /16 has sixteen of them: eight zones' public blocks, then their private ones. */
const SUBNET_PREFIX = 20;
const FIRST_PRIVATE = 8;
const EVERYWHERE = "0.0.0.0/0";

export type AwsNetworkArgs = Pick<SiteArgs, "plan" | "site" | "clusterId">;

/** A site's VPC: a public subnet in each zone, and where nodes are private a private one with a NAT gateway beside it. */
export class AwsNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Ids by zone. */
  readonly publicSubnets: Record<string, pulumi.Output<string>> = {};
  /** Ids by zone: where the nodes are. */
  readonly nodeSubnets: Record<string, pulumi.Output<string>> = {};
  readonly groups: SecurityGroups;
  /** Machines that are made after these reach the internet from their first second. */
  readonly ways: pulumi.Resource[] = [];

  constructor(name: string, args: AwsNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:network:AwsNetwork", name, {}, opts);
    const { plan, site } = args;
    const parent = { parent: this };
    const vpc = new ec2.Vpc(
      name,
      { cidrBlock: plan.network.siteCidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tagsOf(plan, name) },
      parent,
    );
    this.vpcId = vpc.id;
    const gateway = new ec2.InternetGateway(`${name}-gateway`, { vpcId: vpc.id, tags: tagsOf(plan, name) }, parent);
    this.createPublic(name, plan, site.name, gateway);
    if (plan.network.private) this.createPrivate(name, plan, site.name);
    else Object.assign(this.nodeSubnets, this.publicSubnets);
    this.groups = new SecurityGroups(`${name}-groups`, { ...args, vpcId: vpc.id }, parent);
    this.registerOutputs({ vpcId: vpc.id });
  }

  private createPublic(name: string, plan: Plan, site: string, gateway: ec2.InternetGateway): void {
    const table = this.table(`${name}-public`, plan);
    this.ways.push(
      new ec2.Route(
        `${name}-public`,
        { routeTableId: table.id, destinationCidrBlock: EVERYWHERE, gatewayId: gateway.id },
        { parent: this },
      ),
    );
    for (const zone of zonesOf(plan, site))
      this.publicSubnets[zone] = this.subnet(`public-${zone}`, plan, zone, blockOf(zone), table);
  }

  /** A NAT gateway a zone: a zone that is lost takes no other's way out with it. */
  private createPrivate(name: string, plan: Plan, site: string): void {
    const [way] = this.ways;
    for (const zone of homesOf(plan, site)) {
      const table = this.table(`${name}-private-${zone}`, plan);
      this.nodeSubnets[zone] = this.subnet(`private-${zone}`, plan, zone, FIRST_PRIVATE + blockOf(zone), table);
      const tags = tagsOf(plan, `nat-${zone}`);
      const address = new ec2.Eip(
        `${name}-nat-${zone}`,
        { domain: "vpc", tags },
        // An address is of use in a network with a gateway only.
        { parent: this, dependsOn: way ? [way] : [] },
      );
      const nat = new ec2.NatGateway(
        `${name}-nat-${zone}`,
        { allocationId: address.id, subnetId: this.publicSubnets[zone], tags },
        { parent: this, dependsOn: way ? [way] : [] },
      );
      this.ways.push(
        new ec2.Route(
          `${name}-private-${zone}`,
          { routeTableId: table.id, destinationCidrBlock: EVERYWHERE, natGatewayId: nat.id },
          { parent: this },
        ),
      );
    }
  }

  private table(name: string, plan: Plan): ec2.RouteTable {
    return new ec2.RouteTable(name, { vpcId: this.vpcId, tags: tagsOf(plan, name) }, { parent: this });
  }

  private subnet(label: string, plan: Plan, zone: string, block: number, table: ec2.RouteTable): pulumi.Output<string> {
    const subnet = new ec2.Subnet(
      label,
      {
        vpcId: this.vpcId,
        availabilityZone: zone,
        cidrBlock: subnetAt(plan.network.siteCidr, SUBNET_PREFIX, block),
        // Who needs a public address is given one; nothing gets one by being here.
        mapPublicIpOnLaunch: false,
        tags: tagsOf(plan, label),
      },
      { parent: this },
    );
    this.ways.push(
      new ec2.RouteTableAssociation(label, { routeTableId: table.id, subnetId: subnet.id }, { parent: this }),
    );
    return subnet.id;
  }
}

/** Zones that the site's pools may use: a node more never changes the load balancer's subnets. */
function zonesOf(plan: Plan, site: string): string[] {
  return sorted(plan.pools.filter((pool) => pool.site === site).flatMap((pool) => pool.zones));
}

/** Zones that have nodes or may get them by themselves: only there a NAT gateway is paid for. */
function homesOf(plan: Plan, site: string): string[] {
  const elastic = plan.pools.filter((pool) => pool.site === site && pool.elastic).flatMap((pool) => pool.zones);
  return sorted([...elastic, ...plan.nodes.filter((node) => node.site === site).map((node) => node.zone)]);
}

function sorted(zones: string[]): string[] {
  return [...new Set(zones)].sort();
}

/** By the zone's letter, so that a zone more leaves the others' addresses alone. */
function blockOf(zone: string): number {
  const block = zone.charCodeAt(zone.length - 1) - "a".charCodeAt(0);
  if (block < 0 || block >= FIRST_PRIVATE) throw new Error(`no address block for zone ${zone}`);
  return block;
}
