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

/**
 * A name as its zone calls it; "@" for the zone's own.
 * @throws RunError when it is not in the zone.
 */
export function relativeName(name: string, zone: string): string {
  if (name === zone) return "@";
  if (name.endsWith(`.${zone}`)) return name.slice(0, -zone.length - 1);
  throw new pulumi.RunError(`${name} is not in the zone ${zone}; dns.zone must be the Hostname or a domain above it`);
}
