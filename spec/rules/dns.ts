import { whyNoApex } from "../apex";
import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import { catalog } from "../sizes/catalog";
import type { Spec } from "../spec";

/** What a DNS provider can do with these sites. */
export function checkDns(spec: Spec): Issue[] {
  if (spec.dns === undefined) return [];
  return [
    ...checkZone(spec),
    ...checkApex(spec),
    ...(spec.dns.provider === "digitalocean" ? checkDigitalOcean(spec) : []),
  ];
}

function checkZone(spec: Spec): Issue[] {
  const zone = spec.dns?.zone;
  if (zone === undefined || zone === spec.Hostname || spec.Hostname.endsWith(`.${zone}`)) return [];
  // "<env>.<Hostname>" may be a zone of its own; which environment it is, is not known here.
  if (zone.endsWith(`.${spec.Hostname}`)) return [];
  return [
    errorAt(
      spec.source,
      ["dns", "zone"],
      `must be the Hostname ${spec.Hostname} or a domain that it is in, got ${zone}`,
    ),
  ];
}

function checkApex(spec: Spec): Issue[] {
  const reason = spec.dns?.apex === true ? whyNoApex(spec) : undefined;
  return reason === undefined ? [] : [errorAt(spec.source, ["dns", "apex"], `must be false: ${reason}`)];
}

/** No weights and no health checks; and AWS's load balancers have a host name alone, which DNS can give for one site only. */
function checkDigitalOcean(spec: Spec): Issue[] {
  const sites = new Set([
    ...spec.pools.map((pool) => `${catalog[pool.provider].title} ${pool.region}`.trim()),
    ...spec.hosts.map((host) => `Hosts ${host.region}`.trim()),
  ]);
  if (sites.size < 2) return [];
  const path = ["dns", "provider"];
  const list = [...sites].sort().join(", ");
  if (spec.pools.some((pool) => pool.provider === "aws"))
    return [
      errorAt(
        spec.source,
        path,
        `must be route53 or azure: AWS's load balancers have no fixed address, and DigitalOcean's DNS has no other record beside a host name, got digitalocean for ${list}`,
      ),
    ];
  const message = `DigitalOcean's DNS has no health checks: a site that is lost stays among the answers (${list})`;
  return [errorAt(spec.source, path, message, { severity: "warning" })];
}
