import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { DnsPlan } from "../../plan/types";
import type { RecordsArgs } from "../dns/records";

/** Of a site's share of answers, which its addresses divide among them; Traffic Manager takes 1 to 1000. */
const SITE_WEIGHT = 1000;
const HTTP_PORT = 80;
/** A DNS label has 63 characters; six of them and a "-" are the hash. */
const LABEL_LENGTH = 56;

/**
 * Whether a site's ingress answers: on port 80 it sends whoever asks elsewhere. A load balancer without nodes may take a connection, and
 * answers nothing. A lost site is left out after three failures, about 30 s, and the records' ttl.
 */
export const MONITOR = {
  protocol: "HTTP",
  port: HTTP_PORT,
  path: "/",
  expectedStatusCodeRanges: [{ min: 200, max: 399 }],
  intervalInSeconds: 10,
  timeoutInSeconds: 5,
  toleratedNumberOfFailures: 2,
};

/** Where a part of a site's users is sent. */
export interface Target {
  /** Of the endpoint, and of its own record's label: the site's, with a number from the second address on. */
  name: string;
  /** An IPv4 address; undefined where the site has a host name. */
  address?: pulumi.Output<string>;
  hostName?: pulumi.Output<string>;
  weight: number;
}

/** A target for each address or host name of a site; all sites have the same share. */
export function targetsOf(sites: RecordsArgs["sites"]): Target[] {
  return sites.flatMap(({ site, entry }): Target[] => {
    const { hostName, addresses, addressCount = 1 } = entry;
    if (hostName !== undefined) return [{ name: site.name, hostName, weight: SITE_WEIGHT }];
    return Array.from({ length: addressCount }, (_, index) => ({
      name: index === 0 ? site.name : `${site.name}-${index + 1}`,
      address: addresses.apply((list) => list[index] ?? ""),
      weight: Math.max(1, Math.round(SITE_WEIGHT / addressCount)),
    }));
  });
}

/**
 * Whether addresses need names: one profile's external endpoints are all addresses or all names
 * (learn.microsoft.com/azure/traffic-manager/traffic-manager-endpoint-types).
 */
export function byName(targets: Target[]): boolean {
  return targets.some(({ hostName }) => hostName !== undefined);
}

export function endpointOf({ name, weight }: Target, target: pulumi.Input<string>) {
  return {
    name,
    type: "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
    target,
    endpointStatus: "Enabled",
    weight,
  };
}

/** The profile's name below trafficmanager.net, which is one for all of Azure's customers: made from the cluster's own domain. */
export function trafficName({ names, zone }: Pick<DnsPlan, "names" | "zone">): string {
  const domain = names[0] ?? zone;
  const hash = createHash("sha256").update(domain).digest("hex").slice(0, 6);
  return `${domain.replaceAll(".", "-").slice(0, LABEL_LENGTH).replace(/-+$/, "")}-${hash}`;
}

/** One name of the cluster as its zone has it. */
export interface AliasPlan {
  name: string;
  /** CNAME: of the profile's name. A: Azure's alias of the profile, which 20 records at most can be. */
  type: "A" | "CNAME";
}

/** A name as its zone has it: "@" for the zone's own. */
export function relativeName(name: string, zone: string): string {
  return name === zone ? "@" : name.slice(0, -zone.length - 1);
}

/**
 * The cluster's names as records that lead to the profile. The zone's own name cannot be a CNAME; as an address it can only follow sites that
 * have addresses.
 * @throws RunError when a name is not in the zone, or is the zone's own beside a site with a host name.
 */
export function aliasesOf({ dns, sites }: Pick<RecordsArgs, "dns" | "sites">): AliasPlan[] {
  const { zone } = dns;
  const named = sites.find(({ entry }) => entry.hostName !== undefined);
  return dns.names.map((name): AliasPlan => {
    if (name.endsWith(`.${zone}`)) return { name, type: "CNAME" };
    if (name !== zone)
      throw new pulumi.RunError(
        `${name} is not in the zone ${zone}; dns.zone must be the Hostname or a domain above it`,
      );
    if (named !== undefined)
      throw new pulumi.RunError(
        `${name} is Azure's whole zone and cannot lead to ${named.site.name}, whose load balancer has a host name and no ` +
          `address; use a zone above it, such as the Hostname's, or dns.provider: route53`,
      );
    return { name, type: "A" };
  });
}
