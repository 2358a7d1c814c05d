import type { Spec } from "./spec";

/**
 * Whether `https://<Hostname>` itself is this environment's, besides `<env>.<Hostname>`. Several environments may share a Hostname, and
 * DNS leads to one of them: the one that says so (`dns.apex`), else the one that makes the zone. Where nobody writes records, whoever
 * gets there is meant.
 */
export function ownsHostname(spec: Spec): boolean {
  const { dns, tls } = spec;
  // An own certificate need not be for a name that nobody asked for.
  const certified = tls === "internal" || "acme" in tls;
  if (dns === undefined) return certified;
  return dns.apex ?? (dns.create && certified && whyNoApex(spec) === undefined);
}

/** Why no record of the Hostname's own can lead to the sites; undefined when one can. */
export function whyNoApex({ dns, Hostname, pools }: Spec): string | undefined {
  const zone = dns?.zone ?? Hostname;
  if (zone !== Hostname && !Hostname.endsWith(`.${zone}`)) return `${Hostname} is not in the zone ${zone}`;
  if (zone !== Hostname || dns?.provider === "route53" || !pools.some(({ provider }) => provider === "aws"))
    return undefined;
  return `${Hostname} is the zone itself, which cannot be a CNAME, and AWS's load balancers have a host name alone; use a zone above it, or provider route53`;
}
