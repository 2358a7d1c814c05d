import { createHash } from "node:crypto";

/** What DigitalOcean would answer: the same for the same name. */
export const digitalOceanOutputs: Record<string, (name: string) => Record<string, unknown>> = {
  "pulumi:providers:digitalocean": () => ({}),
  "digitalocean:index/domain:Domain": () => ({ ttl: 1800 }),
  "digitalocean:index/dnsRecord:DnsRecord": () => ({}),
  "digitalocean:index/droplet:Droplet": (name) => ({
    ipv4Address: address("203.0.113", name),
    ipv4AddressPrivate: address("10.110.0", name),
    dropletUrn: `do:droplet:${name}`,
  }),
  "digitalocean:index/dropletAutoscale:DropletAutoscale": () => ({ status: "active" }),
  "digitalocean:index/firewall:Firewall": () => ({ status: "succeeded" }),
  "digitalocean:index/loadBalancer:LoadBalancer": (name) => ({ ip: address("192.0.2", name) }),
  "digitalocean:index/project:Project": () => ({}),
  "digitalocean:index/projectResources:ProjectResources": () => ({}),
  "digitalocean:index/reservedIp:ReservedIp": (name) => ({ ipAddress: address("198.51.100", name) }),
  "digitalocean:index/reservedIpAssignment:ReservedIpAssignment": () => ({}),
  "digitalocean:index/sshKey:SshKey": (name) => ({ fingerprint: `fingerprint ${name}` }),
  "digitalocean:index/tag:Tag": () => ({}),
  "digitalocean:index/volume:Volume": (name) => ({ volumeUrn: `do:volume:${name}` }),
  "digitalocean:index/volumeAttachment:VolumeAttachment": () => ({}),
  "digitalocean:index/vpc:Vpc": () => ({ ipRange: "10.110.0.0/20" }),
};

/** The last octet follows from the name. */
export function address(network: string, name: string): string {
  const [last = 0] = createHash("sha256").update(name).digest();
  return `${network}.${1 + (last % 254)}`;
}
