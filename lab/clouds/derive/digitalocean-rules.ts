/** DigitalOcean's firewalls and its DNS. */
import type { DnsRecord, DnsZone, Endpoint, InboundRule } from "../world";
import { ALL_PORTS, allow, EVERYWHERE, portsOf } from "./common";
import type { Found } from "./reading";
import { listAt, numberAt, textAt, textsAt } from "./reading";

/** An endpoint, by what firewalls name it. */
export type Tagged<T> = T & { tags: string[]; resourceId: string };

/** What any of a machine's firewalls lets in; without one, everything. */
export function inbound(
  machine: Tagged<Endpoint>,
  machines: Tagged<Endpoint>[],
  balancers: Tagged<Endpoint>[],
  found: Found,
): InboundRule[] {
  const guards = found
    .all("digitalocean:index/firewall:Firewall")
    .filter(
      ({ inputs }) =>
        textsAt(inputs, "tags").some((tag) => machine.tags.includes(tag)) ||
        textsAt(inputs, "dropletIds").includes(machine.resourceId),
    );
  if (guards.length === 0) return allow("any", ALL_PORTS, [EVERYWHERE]);
  return guards.flatMap(({ inputs }) =>
    listAt(inputs, "inboundRules").flatMap((rule) => {
      const protocol = textAt(rule, "protocol");
      // The World has no ICMP.
      if (protocol !== "tcp" && protocol !== "udp") return [];
      const tags = textsAt(rule, "sourceTags");
      const ids = textsAt(rule, "sourceDropletIds");
      const uids = textsAt(rule, "sourceLoadBalancerUids");
      const named = [
        ...machines.filter((each) => each.tags.some((tag) => tags.includes(tag)) || ids.includes(each.resourceId)),
        ...balancers.filter(({ resourceId }) => uids.includes(resourceId)),
      ];
      // Who is named so is meant with all addresses.
      const addresses = named.flatMap((each) => [
        each.privateAddress,
        ...(each.publicAddress ? [each.publicAddress] : []),
      ]);
      const from = [
        ...textsAt(rule, "sourceAddresses").filter((source) => !source.includes(":")),
        ...addresses.map((address) => `${address}/32`),
      ];
      return allow(protocol, portsOf(textAt(rule, "portRange")), from);
    }),
  );
}

export function digitaloceanZones(found: Found): DnsZone[] {
  const all = found.all("digitalocean:index/dnsRecord:DnsRecord");
  const domains = found.all("digitalocean:index/domain:Domain").map(({ inputs }) => textAt(inputs, "name"));
  const names = new Set([...domains, ...all.map(({ inputs }) => textAt(inputs, "domain"))]);
  return [...names].map((zone) => {
    const records = new Map<string, DnsRecord>();
    for (const { inputs } of all.filter((each) => textAt(each.inputs, "domain") === zone)) {
      const type = textAt(inputs, "type");
      if (type !== "A" && type !== "CNAME" && type !== "TXT") continue;
      const relative = textAt(inputs, "name");
      const name = relative === "@" ? zone : `${relative}.${zone}`;
      const ttl = numberAt(inputs, "ttl") ?? 1800;
      // Several of one name all go out: no weights, and nobody asks whether they answer.
      const record = records.get(`${name} ${type}`) ?? { name, type, ttl, answers: [], choose: "all" };
      record.answers.push({ value: textAt(inputs, "value"), weight: 1 });
      records.set(`${name} ${type}`, record);
    }
    return { name: zone, records: [...records.values()] };
  });
}
