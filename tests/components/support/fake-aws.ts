import { createHash } from "node:crypto";

/** What AWS would answer, for every type alike: names and addresses that follow from the resource's name. */
export function awsOutputs(name: string): Record<string, unknown> {
  return {
    arn: `arn:aws:::${name}`,
    dnsName: `${name}.elb.example.com`,
    zoneId: `Z-${name}`,
    privateIp: address("10.64.0", name),
    privateIps: [address("10.64.0", name)],
    publicIp: address("203.0.113", name),
    defaultRouteTableId: `rtb-${name}`,
    defaultSecurityGroupId: `sg-${name}`,
    cidrBlock: "10.64.0.0/16",
    nameServers: [],
  };
}

function address(network: string, name: string): string {
  return `${network}.${1 + ((createHash("sha256").update(name).digest()[0] ?? 0) % 250)}`;
}
