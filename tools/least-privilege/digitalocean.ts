import type { Rights } from "./types";

/**
 * The scopes of a DigitalOcean token that `pulumi up` and `destroy` need, by resource type. From docs.digitalocean.com/reference/api/scopes
 * and the operations of the Terraform provider that the package is made of.
 */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  "digitalocean:index/droplet:Droplet": made("droplet"),
  "digitalocean:index/dropletAutoscale:DropletAutoscale": [...made("droplet"), "monitoring:create", "monitoring:read"],
  "digitalocean:index/sshKey:SshKey": made("ssh_key"),
  "digitalocean:index/tag:Tag": ["tag:create", "tag:read", "tag:delete"],
  "digitalocean:index/vpc:Vpc": made("vpc"),
  "digitalocean:index/firewall:Firewall": made("firewall"),
  "digitalocean:index/loadBalancer:LoadBalancer": made("load_balancer"),
  "digitalocean:index/project:Project": made("project"),
  "digitalocean:index/projectResources:ProjectResources": ["project:read", "project:update"],
  "digitalocean:index/reservedIp:ReservedIp": made("reserved_ip"),
  "digitalocean:index/reservedIpAssignment:ReservedIpAssignment": ["reserved_ip:read", "reserved_ip:update"],
  "digitalocean:index/volume:Volume": ["block_storage:create", "block_storage:read", "block_storage:delete"],
  "digitalocean:index/volumeAttachment:VolumeAttachment": ["block_storage_action:create", "block_storage_action:read"],
  "digitalocean:index/domain:Domain": made("domain"),
  "digitalocean:index/dnsRecord:DnsRecord": made("domain"),
  "digitalocean:index/getImage:getImage": ["image:read"],
  "digitalocean:index/getDomain:getDomain": ["domain:read"],
};

/** Without these the control panel gives no other scope. */
const ALWAYS = ["actions:read", "image:read", "regions:read", "sizes:read"];

const actions = [...new Set([...ALWAYS, ...Object.values(SCOPES).flat()])].sort();

export const rights: Rights = {
  package: "@pulumi/digitalocean",
  types: Object.keys(SCOPES),
  actions,
  document: { scopes: actions },
};

function made(what: string): string[] {
  return ["create", "read", "update", "delete"].map((verb) => `${what}:${verb}`);
}
