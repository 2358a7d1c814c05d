/** Route53's zones, and the names that load balancers have by themselves. */
import { zoneId } from "../../plugins/aws/route53";
import type { CloudResource } from "../resources";
import type { Balancer, DnsAnswer, DnsRecord, DnsZone } from "../world";
import { worldId } from "./common";
import type { Found } from "./reading";
import { at, listAt, numberAt, textAt, textsAt } from "./reading";

const TYPES = {
  zone: "aws:route53/zone:Zone",
  record: "aws:route53/record:Record",
  check: "aws:route53/healthCheck:HealthCheck",
  balancer: "aws:lb/loadBalancer:LoadBalancer",
} as const;

/** Of an alias of a load balancer, in seconds (docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html). */
const ALIAS_TTL = 60;

export function awsZones(found: Found, balancers: Balancer[]): DnsZone[] {
  const zones = new Map(found.all(TYPES.zone).map((zone) => [zone.id, textAt(zone.inputs, "name")]));
  const sets = found.all(TYPES.record).map((record) => {
    const id = textAt(record.inputs, "zoneId");
    return { zone: (zones.get(id) ?? lookedUp(id, textAt(record.inputs, "name"))).replace(/\.$/, ""), record };
  });
  const names = new Set([...zones.values(), ...sets.map(({ zone }) => zone)].map((name) => name.replace(/\.$/, "")));
  return [
    ...[...names].map((name): DnsZone => {
      const own = sets.filter(({ zone }) => zone === name).map(({ record }) => record);
      return { name, records: together(own, found) };
    }),
    ...found.all(TYPES.balancer).flatMap((balancer) => ownZone(balancer, balancers)),
  ];
}

/** A zone that was there before and is no resource: the one above the name with this id. */
function lookedUp(id: string, name: string): string {
  const labels = name.split(".");
  const above = labels.map((_, index) => labels.slice(index).join("."));
  return above.find((each) => zoneId(each) === id || zoneId(`${each}.`) === id) ?? name;
}

/** Record sets of one name and type: with a routing policy, several are one record of which one answer goes out. */
function together(sets: CloudResource[], found: Found): DnsRecord[] {
  const names = new Map<string, CloudResource[]>();
  for (const set of sets) {
    const key = `${textAt(set.inputs, "name")} ${textAt(set.inputs, "type")}`;
    names.set(key, [...(names.get(key) ?? []), set]);
  }
  return [...names.values()].flatMap((all) => {
    const [first] = all;
    const type = textAt(first?.inputs, "type");
    if (!first || (type !== "A" && type !== "CNAME" && type !== "TXT")) return [];
    const answers = all.flatMap((set) => answersOf(set, found));
    const [ttl = ALIAS_TTL] = all.flatMap((set) => numberAt(set.inputs, "ttl") ?? []);
    const weighted = listAt(first.inputs, "weightedRoutingPolicies").length > 0;
    return [{ name: textAt(first.inputs, "name"), type, ttl, answers, choose: weighted ? "one" : "all" } as const];
  });
}

function answersOf({ inputs }: CloudResource, found: Found): DnsAnswer[] {
  const weight = numberAt(inputs, "weightedRoutingPolicies", 0, "weight") ?? 1;
  const alias = at(inputs, "aliases", 0);
  if (alias !== undefined) {
    const value = textAt(alias, "name");
    // A load balancer knows whether its targets are well; from outside that shows in whether it takes connections.
    const check = at(alias, "evaluateTargetHealth") === true ? { address: value, port: 443 } : undefined;
    return [{ value, weight, ttl: ALIAS_TTL, ...(check ? { check } : {}) }];
  }
  const values = textsAt(inputs, "records");
  const check = found.one(TYPES.check, textAt(inputs, "healthCheckId"))?.inputs;
  const port = numberAt(check, "port");
  const path = textAt(check, "resourcePath");
  // A site's share is divided among its addresses; each is asked by itself.
  return values.map((value) => ({
    value,
    weight: weight / values.length,
    ...(port === undefined ? {} : { check: { address: value, port, ...(path === "" ? {} : { path }) } }),
  }));
}

/** The zone of a load balancer's own name. */
function ownZone(balancer: CloudResource, balancers: Balancer[]): DnsZone[] {
  const name = textAt(balancer.state, "dnsName");
  const address = balancers.find(({ id }) => id === worldId(balancer))?.publicAddress;
  if (name === "" || address === undefined) return [];
  const answers = [{ value: address, weight: 1 }];
  return [
    { name: name.slice(name.indexOf(".") + 1), records: [{ name, type: "A", ttl: ALIAS_TTL, answers, choose: "all" }] },
  ];
}
