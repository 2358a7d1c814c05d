/** Makes resources by a stand-in's tables and a lab's daemon, without an engine. */
import { inLab } from "../../../lab/plugins/shared/lab";
import type { Call, Plugin } from "../../../lab/plugins/shared/resource";
import type { ValueMap } from "../../../lab/plugins/shared/values";
import type { FakeLab } from "./fakes";

/** What an operation gets besides its inputs. */
export function callOf(name: string, more: Partial<Call> = {}): Call {
  const { signal } = new AbortController();
  const quiet = () => undefined;
  const log = { status: quiet, warn: quiet, error: quiet };
  const config = { region: "eu-west-1" };
  return { urn: `urn:pulumi:t::p::T::${name}`, name, signal, deadline: signal, log, config, ...more };
}

export interface Made {
  id: string;
  state: ValueMap;
}

/** A function that makes a resource: its token, its name, its inputs. */
export function maker(plugin: Plugin, lab: FakeLab): (token: string, name: string, inputs: ValueMap) => Promise<Made> {
  const { resources } = inLab(plugin, lab.socket);
  return (token, name, inputs) => {
    const type = resources[token];
    if (!type) throw new Error(`no ${token}`);
    return type.create(callOf(name, { urn: `urn:pulumi:t::p::${token}::${name}` }), inputs);
  };
}

/** An AWS network with a public and a private subnet, and a machine of both kinds; `web` is a group of two to five. */
export async function smallAws(make: ReturnType<typeof maker>) {
  const vpc = (await make("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" })).id;
  const gateway = (await make("aws:ec2/internetGateway:InternetGateway", "gateway", { vpcId: vpc })).id;
  const subnet = async (name: string, cidrBlock: string, way: ValueMap) => {
    const given = { vpcId: vpc, cidrBlock, availabilityZone: "eu-west-1a" };
    const { id } = await make("aws:ec2/subnet:Subnet", name, given);
    const table = (await make("aws:ec2/routeTable:RouteTable", name, { vpcId: vpc })).id;
    await make("aws:ec2/routeTableAssociation:RouteTableAssociation", name, { routeTableId: table, subnetId: id });
    await make("aws:ec2/route:Route", name, { routeTableId: table, destinationCidrBlock: "0.0.0.0/0", ...way });
    return id;
  };
  const open = await subnet("public", "10.0.0.0/24", { gatewayId: gateway });
  const nat = await make("aws:ec2/eip:Eip", "nat", { domain: "vpc" });
  const natGateway = (await make("aws:ec2/natGateway:NatGateway", "nat", { allocationId: nat.id, subnetId: open })).id;
  const closed = await subnet("private", "10.0.1.0/24", { natGatewayId: natGateway });
  const group = async (name: string) =>
    (await make("aws:ec2/securityGroup:SecurityGroup", name, { name, vpcId: vpc })).id;
  const groups = { bastion: await group("bastion"), node: await group("node") };
  const rule = (name: string, to: string, port: number, from: ValueMap) =>
    make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name, {
      ...{ securityGroupId: to, ipProtocol: "tcp", fromPort: port, toPort: port },
      ...from,
    });
  await rule("ssh", groups.bastion, 22, { cidrIpv4: "198.18.0.1/32" });
  await rule("ssh-on", groups.node, 22, { referencedSecurityGroupId: groups.bastion });
  await rule("peers", groups.node, 8501, { referencedSecurityGroupId: groups.node });
  const machine = async (name: string, subnetId: string, securityGroups: string[]) => {
    const port = (await make("aws:ec2/networkInterface:NetworkInterface", name, { subnetId, securityGroups })).id;
    // Of no use in a subnet without an internet gateway.
    const address = await make("aws:ec2/eip:Eip", name, { domain: "vpc", networkInterface: port });
    const given = { ami: "ami-1", instanceType: "t3.small", primaryNetworkInterface: { networkInterfaceId: port } };
    const { id } = await make("aws:ec2/instance:Instance", name, { ...given, tags: { pool: name } });
    return { id, address: address.state["publicIp"] };
  };
  const template = await make("aws:ec2/launchTemplate:LaunchTemplate", "web", {
    ...{ name: "web", imageId: "ami-1", instanceType: "t3.2xlarge", userData: "Zmlyc3Q=" },
    networkInterfaces: [{ deviceIndex: 0, associatePublicIpAddress: "false", securityGroups: [groups.node] }],
  });
  return {
    nat: nat.state["publicIp"],
    bastion: await machine("bastion", open, [groups.bastion]),
    node: await machine("node", closed, [groups.node]),
    machine: (name: string) => machine(name, open, [groups.node]),
    group: await make("aws:autoscaling/group:Group", "site/web", {
      ...{ name: "web", minSize: 2, maxSize: 5, vpcZoneIdentifiers: [closed] },
      launchTemplate: { id: template.id, version: "$Latest" },
    }),
    template: template.id,
  };
}
