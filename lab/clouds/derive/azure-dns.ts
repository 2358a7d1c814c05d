/** Azure DNS, and the names of Traffic Manager. */
import type { CloudResource } from "../resources";
import type { DnsAnswer, DnsRecord, DnsZone } from "../world";
import type { Found } from "./reading";
import { at, listAt, numberAt, textAt } from "./reading";

const TYPES = {
  zone: "azure-native:dns:Zone",
  record: "azure-native:dns:RecordSet",
  profile: "azure-native:trafficmanager:Profile",
} as const;
const TRAFFIC_ZONE = "trafficmanager.net";

export function azureZones(found: Found): DnsZone[] {
  const profiles = found.all(TYPES.profile);
  const sets = found.all(TYPES.record);
  const names = [...found.all(TYPES.zone), ...sets].map(({ inputs }) => textAt(inputs, "zoneName"));
  return [
    ...[...new Set(names)].map((name) => ({
      name,
      records: sets.filter(({ inputs }) => textAt(inputs, "zoneName") === name).flatMap((set) => recordOf(set, found)),
    })),
    ...(profiles.length > 0 ? [{ name: TRAFFIC_ZONE, records: profiles.map((profile) => traffic(profile)) }] : []),
  ];
}

function recordOf({ inputs }: CloudResource, found: Found): DnsRecord[] {
  const zone = textAt(inputs, "zoneName");
  const relative = textAt(inputs, "relativeRecordSetName");
  const own = { name: relative === "@" ? zone : `${relative}.${zone}`, ttl: numberAt(inputs, "ttl") ?? 3600 };
  const profile = found.one(TYPES.profile, textAt(inputs, "targetResource", "id"));
  if (textAt(inputs, "recordType") === "A") return profile ? [{ ...traffic(profile), ...own }] : [];
  const value = profile ? nameOf(profile) : textAt(inputs, "cnameRecord", "cname");
  return value === "" ? [] : [{ ...own, type: "CNAME", answers: [{ value, weight: 1 }], choose: "all" }];
}

function nameOf({ inputs }: CloudResource): string {
  return `${textAt(inputs, "dnsConfig", "relativeName")}.${TRAFFIC_ZONE}`;
}

/** A profile's endpoints, as the answers to its name. */
function traffic(profile: CloudResource): DnsRecord {
  const { inputs } = profile;
  const port = numberAt(inputs, "monitorConfig", "port") ?? 443;
  const path = textAt(inputs, "monitorConfig", "path");
  const endpoints = listAt(inputs, "endpoints").filter((each) => at(each, "endpointStatus") !== "Disabled");
  const answers = endpoints.map((endpoint): DnsAnswer => {
    const value = textAt(endpoint, "target");
    return {
      value,
      weight: numberAt(endpoint, "weight") ?? 1,
      check: { address: value, port, ...(path === "" ? {} : { path }) },
    };
  });
  const ttl = numberAt(inputs, "dnsConfig", "ttl") ?? 60;
  return { name: nameOf(profile), type: "A", ttl, answers, choose: "one" };
}
