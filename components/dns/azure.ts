import { getZoneOutput, RecordSet, Zone } from "@pulumi/azure-native/dns";
import { Provider } from "@pulumi/azure-native/provider";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import { Profile } from "@pulumi/azure-native/trafficmanager";
import * as pulumi from "@pulumi/pulumi";
import {
  aliasesOf,
  type AliasPlan,
  byName,
  endpointOf,
  MONITOR,
  relativeName,
  targetsOf,
  trafficName,
} from "../azure/traffic";
import type { DnsPlan } from "../../plan/types";
import type { DnsRecords, RecordsArgs } from "./records";

/** Where the resource group keeps its list; what is in it is everywhere. Never changed: it would make the zone anew. */
const LOCATION = "eastus";
const EVERYWHERE = "global";

/** Where a record leads. */
type Lead = Pick<
  NonNullable<ConstructorParameters<typeof RecordSet>[1]>,
  "aRecords" | "cnameRecord" | "targetResource"
>;

export interface AzureRecordsArgs extends RecordsArgs {
  aliases: AliasPlan[];
}

/** The zone at Azure DNS, and in it every name leads to one Traffic Manager profile that knows which sites answer. */
export function createRecords(args: RecordsArgs, opts?: pulumi.ComponentResourceOptions): DnsRecords {
  // First, so that what cannot be is said before anything is made.
  const aliases = aliasesOf(args);
  const provider = new Provider("azure-dns", { location: LOCATION });
  return new AzureRecords("azure-dns", { ...args, aliases }, { ...opts, provider });
}

/**
 * Costs 0.50 USD a month for the zone and 0.36 to 2.00 for each site's health check, and 0.40 to 0.54 for a million questions
 * (azure.microsoft.com/pricing/details/dns and /traffic-manager).
 */
export class AzureRecords extends pulumi.ComponentResource implements DnsRecords {
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: AzureRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:dns:AzureRecords", name, {}, opts);
    const { dns, env, owner = "storm" } = args;
    const parent = { parent: this };
    const tags = { owner, stack: env, pool: "shared" };
    const group = new ResourceGroup(
      `${name}-group`,
      { resourceGroupName: `${owner}-${env}-dns`, location: LOCATION, tags },
      parent,
    );
    const zone = this.zone(name, args, group.name, tags);
    const { endpoints, records } = this.endpoints(args, zone.group);
    const profile = new Profile(
      name,
      {
        resourceGroupName: group.name,
        location: EVERYWHERE,
        profileName: "ingress",
        // By turns, as the other DNS providers do it: every site serves every stack. The nearest one ("Performance") would need an
        // Azure region for sites that are in none, and leaves a far site idle until the near one is gone.
        trafficRoutingMethod: "Weighted",
        dnsConfig: { relativeName: trafficName(dns), ttl: dns.ttl },
        monitorConfig: MONITOR,
        endpoints,
        tags,
      },
      // Traffic Manager asks as soon as it is told whom.
      { parent: this, dependsOn: records },
    );
    const cname = profile.dnsConfig.apply((config) => config?.fqdn ?? "");
    for (const { name: record, type } of args.aliases)
      this.record(
        record,
        type,
        dns,
        zone.group,
        type === "A" ? { targetResource: { id: profile.id } } : { cnameRecord: { cname } },
      );
    this.nameServers = zone.nameServers;
    this.registerOutputs({ nameServers: this.nameServers });
  }

  private zone(name: string, args: RecordsArgs, group: pulumi.Output<string>, tags: Record<string, string>) {
    const { dns, production = false } = args;
    if (!dns.create) {
      const resourceGroupName = dns.resourceGroup ?? "";
      const found = getZoneOutput({ resourceGroupName, zoneName: dns.zone }, { parent: this });
      // By way of the look-up: a zone that is not there is one clear error, before any record.
      return { group: found.id.apply(() => resourceGroupName), nameServers: pulumi.output<string[]>([]) };
    }
    const made = new Zone(
      `${name}-zone`,
      { resourceGroupName: group, zoneName: dns.zone, location: EVERYWHERE, zoneType: "Public", tags },
      // A zone that is made anew has other name servers: the domain would be gone until its owner points it there.
      { parent: this, protect: production },
    );
    return { group: made.name.apply(() => group), nameServers: made.nameServers };
  }

  /** Where sites with a host name are among them, the others' addresses get names of their own in the zone. */
  private endpoints({ dns, sites }: RecordsArgs, group: pulumi.Output<string>) {
    const targets = targetsOf(sites);
    const named = byName(targets);
    const records: RecordSet[] = [];
    const endpoints = targets.map((target) => {
      const { name, address, hostName } = target;
      if (address === undefined || !named) return endpointOf(target, address ?? hostName ?? "");
      const own = `${name}.site.${dns.names[0] ?? dns.zone}`;
      records.push(this.record(own, "A", dns, group, { aRecords: [{ ipv4Address: address }] }));
      return endpointOf(target, own);
    });
    return { endpoints, records };
  }

  private record(name: string, recordType: string, dns: DnsPlan, group: pulumi.Output<string>, to: Lead) {
    const relativeRecordSetName = relativeName(name, dns.zone);
    return new RecordSet(
      name,
      { resourceGroupName: group, zoneName: dns.zone, relativeRecordSetName, recordType, ttl: dns.ttl, ...to },
      { parent: this },
    );
  }
}
