import { Provider } from "@pulumi/aws/provider";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import type { DnsPlan, SitePlan } from "../../plan/types";
import type { Entry } from "../site";
import type { DnsRecords, RecordsArgs } from "./records";

/** Where Route53 itself is; its records are everywhere. */
const REGION = "us-east-1";
/** All sites alike. */
const WEIGHT = 100;
const HTTP_PORT = 80;

/** The zone at Route53 and in it, for every name, one record a site; who asks gets a site that answers. */
export function createRecords(args: RecordsArgs, opts?: pulumi.ComponentResourceOptions): DnsRecords {
  const tags = tagsOf(args);
  const provider = new Provider("route53", { region: REGION, defaultTags: { tags } });
  return new Route53Records("route53", args, { ...opts, providers: [provider] });
}

export class Route53Records extends pulumi.ComponentResource implements DnsRecords {
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: RecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:dns:Route53Records", name, {}, opts);
    const { dns } = args;
    const zone = this.zone(args);
    this.nameServers = zone.nameServers;
    for (const { site, entry } of args.sites) {
      const answer = this.answer(zone.id, dns, site, entry, tagsOf(args));
      for (const record of dns.names)
        new route53.Record(
          `${record}-${site.name}`,
          {
            zoneId: zone.id,
            name: record,
            type: "A",
            setIdentifier: site.name,
            weightedRoutingPolicies: [{ weight: WEIGHT }],
            ...answer,
          },
          { parent: this },
        );
    }
    this.registerOutputs({ nameServers: this.nameServers });
  }

  private zone(args: RecordsArgs): { id: pulumi.Output<string>; nameServers: pulumi.Output<string[]> } {
    const { dns, production = false } = args;
    if (!dns.create) {
      const found = route53.getZoneOutput({ name: dns.zone, privateZone: false }, { parent: this });
      return { id: found.zoneId, nameServers: pulumi.output([]) };
    }
    const made = new route53.Zone(
      dns.zone,
      // Challenges of ACME that were cut off leave records behind.
      { name: dns.zone, comment: "Managed by Storm", forceDestroy: !production, tags: tagsOf(args) },
      // A zone that is made anew has other name servers: the domain would be gone until its owner points it there.
      { parent: this, protect: production },
    );
    return { id: made.zoneId, nameServers: made.nameServers };
  }

  /** What every name answers for this site, and how Route53 knows that the site does. */
  private answer(
    zoneId: pulumi.Output<string>,
    dns: DnsPlan,
    site: SitePlan,
    { addresses, hostName, zoneId: aliasZone }: Entry,
    tags: Record<string, string>,
  ): Partial<route53.RecordArgs> {
    // A load balancer of AWS knows which of its targets are well.
    if (hostName && aliasZone) return { aliases: [{ name: hostName, zoneId: aliasZone, evaluateTargetHealth: true }] };
    const own = new route53.Record(
      `${site.name}-own`,
      { zoneId, name: `${site.name}.site.${dns.names[0] ?? dns.zone}`, type: "A", ttl: dns.ttl, records: addresses },
      { parent: this },
    );
    // By name: the checkers spread over all of its addresses, and a site is gone when fewer than 18 % of them get through. The ingress sends
    // whoever asks on port 80 elsewhere, which counts as well; a load balancer without nodes may take a connection, and answers nothing.
    const check = new route53.HealthCheck(
      site.name,
      {
        type: "HTTP",
        resourcePath: "/",
        fqdn: own.fqdn,
        port: HTTP_PORT,
        requestInterval: 10,
        failureThreshold: 2,
        tags,
      },
      { parent: this },
    );
    return { ttl: dns.ttl, records: addresses, healthCheckId: check.id };
  }
}

function tagsOf({ owner, env }: RecordsArgs): Record<string, string> {
  return { ...(owner === undefined ? {} : { owner }), stack: env };
}
