import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { DnsPlan } from "../../plan/types";
import type { RecordsArgs } from "../dns/records";

/** Of a site's share of answers, which its addresses divide among them; Traffic Manager takes 1 to 1000. */
const SITE_WEIGHT = 1000;
const HTTPS_PORT = 443;
/** A DNS label has 63 characters; six of them and a "-" are the hash. */
const LABEL_LENGTH = 56;

/**
 * Whether a site answers on 443. By TCP: load balancers answer for their nodes' ingress, whose certificate is for other names. A
 * lost site is left out after three failures, about 30 s, and the records' ttl.
 */
export const MONITOR = {
  protocol: "TCP",
  port: HTTPS_PORT,
  intervalInSeconds: 10,
  timeoutInSeconds: 5,
  toleratedNumberOfFailures: 2,
};

/** An endpoint for each address or host name of a site; all sites have the same share. */
export function endpointsOf(sites: RecordsArgs["sites"]) {
  const endpoint = (name: string, target: string, weight: number) => ({
    name,
    type: "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
    target,
    endpointStatus: "Enabled",
    weight,
  });
  const ofSites = sites.map(({ site, entry }) =>
    entry.hostName === undefined
      ? entry.addresses.apply((addresses) =>
          addresses.map((address) => {
            const weight = Math.max(1, Math.round(SITE_WEIGHT / addresses.length));
            return endpoint(`${site.name}-${address.replaceAll(".", "-")}`, address, weight);
          }),
        )
      : entry.hostName.apply((name) => [endpoint(site.name, name, SITE_WEIGHT)]),
  );
  return pulumi.all(ofSites).apply((lists) => lists.flat());
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
  /** "@" for the zone's own. */
  relative: string;
  type: "A" | "CNAME";
}

/**
 * The cluster's names as aliases of the profile. The zone's own name cannot be a CNAME; as an address it can only follow sites that
 * have addresses.
 * @throws RunError when a name is not in the zone, or is the zone's own beside a site with a host name.
 */
export function aliasesOf({ dns, sites }: Pick<RecordsArgs, "dns" | "sites">): AliasPlan[] {
  const { zone } = dns;
  const named = sites.find(({ entry }) => entry.hostName !== undefined);
  return dns.names.map((name): AliasPlan => {
    if (name.endsWith(`.${zone}`)) return { name, relative: name.slice(0, -zone.length - 1), type: "CNAME" };
    if (name !== zone)
      throw new pulumi.RunError(
        `${name} is not in the zone ${zone}; dns.zone must be the Hostname or a domain above it`,
      );
    if (named !== undefined)
      throw new pulumi.RunError(
        `${name} is Azure's whole zone and cannot lead to ${named.site.name}, whose load balancer has a host name and no ` +
          `address; use a zone above it, such as the Hostname's, or dns.provider: route53`,
      );
    return { name, relative: "@", type: "A" };
  });
}
