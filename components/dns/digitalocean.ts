import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { digitalOceanProvider } from "../digitalocean/provider";
import type { DnsRecords, RecordsArgs } from "./records";

/** They serve every zone (docs.digitalocean.com/products/networking/dns/getting-started/dns-registrars). */
const NAME_SERVERS = [1, 2, 3].map((number) => `ns${number}.digitalocean.com`);

/** Records in a zone of DigitalOcean's. */
export function createRecords(args: RecordsArgs, opts?: pulumi.ComponentResourceOptions): DnsRecords {
  // Refused before anything is registered.
  const records = recordsOf(args);
  const providers = { providers: [digitalOceanProvider("dns")] };
  return new DigitalOceanRecords("dns", { ...args, records }, pulumi.mergeOptions(opts, providers));
}

export interface DigitalOceanRecordsArgs extends Pick<RecordsArgs, "dns" | "production"> {
  records: Wanted[];
}

/**
 * An A record for each site under every name. DigitalOcean has neither weights nor health checks: a site that is lost stays
 * among the answers, and clients come to the others by trying the next address.
 */
export class DigitalOceanRecords extends pulumi.ComponentResource implements DnsRecords {
  readonly nameServers: pulumi.Output<string[]>;

  constructor(
    name: string,
    { dns, records, production }: DigitalOceanRecordsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("storm:dns:DigitalOceanRecords", name, {}, opts);
    const zone = dns.create
      ? new digitalocean.Domain(`${name}-zone`, { name: dns.zone }, { parent: this, protect: production === true }).name
      : // Asked for, so that a preview already fails where the account has no such zone.
        digitalocean.getDomainOutput({ name: dns.zone }, { parent: this }).name;
    for (const record of records)
      new digitalocean.DnsRecord(
        record.key,
        { domain: zone, name: record.name, type: record.type, value: record.value, ttl: dns.ttl },
        { parent: this },
      );
    this.nameServers = pulumi.output(dns.create ? NAME_SERVERS : []);
    this.registerOutputs({ nameServers: this.nameServers });
  }
}

interface Wanted {
  /** Identity: the whole name and the site that it leads to. */
  key: string;
  /** Below the zone; "@" for the zone itself. */
  name: string;
  type: "A" | "CNAME";
  value: pulumi.Output<string>;
}

function recordsOf({ dns, sites }: Pick<RecordsArgs, "dns" | "sites">): Wanted[] {
  return dns.names.flatMap((whole) =>
    sites.flatMap(({ site, entry }): Wanted[] => {
      const name = relativeName(whole, dns.zone);
      const key = `${whole}/${site.name}`;
      const { hostName, addresses, addressCount = 1 } = entry;
      if (hostName !== undefined) {
        if (sites.length > 1)
          refuse(`${site.name} has no address but a host name, and a CNAME record allows no other beside it`);
        if (name === "@")
          refuse(`${site.name} has no address but a host name, and ${whole} is the zone itself, where no CNAME can be`);
        return [{ key, name, type: "CNAME", value: hostName.apply((host) => `${host.replace(/\.$/, "")}.`) }];
      }
      return Array.from({ length: addressCount }, (_, index) => ({
        key: index === 0 ? key : `${key}/${index + 1}`,
        name,
        type: "A",
        value: addresses.apply((list) => list[index] ?? ""),
      }));
    }),
  );
}

function relativeName(whole: string, zone: string): string {
  if (whole === zone) return "@";
  if (!whole.endsWith(`.${zone}`)) refuse(`${whole} is not in the zone ${zone}`);
  return whole.slice(0, -zone.length - 1);
}

/** @throws RunError, which the engine shows without a stack trace. */
function refuse(message: string): never {
  throw new pulumi.RunError(`dns: DigitalOcean cannot serve this: ${message}; use another dns.provider`);
}
