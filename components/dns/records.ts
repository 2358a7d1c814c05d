import type * as pulumi from "@pulumi/pulumi";
import type { DnsPlan, SitePlan } from "../../plan/types";
import type { Entry } from "../site";

export interface RecordsArgs {
  /** Name of the environment: part of what the provider calls things. */
  env: string;
  /** Name of the cluster, for tags. */
  owner?: string;
  /** Whether a zone that is made is protected; default: no. */
  production?: boolean;
  dns: DnsPlan;
  /** Where the names lead: every site, so that one that is lost is left out by DNS where it can. */
  sites: { site: SitePlan; entry: Entry }[];
}

/** What components/dns/<provider>.ts exports. */
export interface DnsModule {
  /** Makes the zone, or looks it up, and the records in it. */
  createRecords(args: RecordsArgs, opts?: pulumi.ComponentResourceOptions): DnsRecords;
}

export interface DnsRecords {
  /** Name servers of a zone that was made: whoever has the domain must point it at them. Empty for one that was there. */
  nameServers: pulumi.Output<string[]>;
}
