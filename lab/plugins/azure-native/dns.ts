/** DNS and Traffic Manager. */
import { isIPv4 } from "node:net";
import { cloudFunction } from "../shared/cloud";
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { armResource, items, members, text } from "./arm";
import { REFERENCE } from "./network";

const NAME_SERVERS = [
  "ns1-01.azure-dns.com.",
  "ns2-01.azure-dns.net.",
  "ns3-01.azure-dns.org.",
  "ns4-01.azure-dns.info.",
];
const ZONE_NAME = { length: 253, pattern: /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/ };

export const Zone = armResource({
  kind: "Microsoft.Network/dnsZones",
  nameInput: "zoneName",
  nameRule: ZONE_NAME,
  location: "global",
  inputs: { zoneType: { type: "string", oneOf: ["Public"] } },
  computed: { nameServers: () => NAME_SERVERS },
});

/** Any zone is there. */
export const getZone = cloudFunction(
  { resourceGroupName: { type: "string", required: true }, zoneName: { type: "string", required: true } },
  ({ zoneName = "" }) => ({
    id: `zone/${text(zoneName) ?? ""}`,
    name: zoneName,
    nameServers: NAME_SERVERS,
    location: "global",
  }),
);

export const RecordSet = armResource({
  kind: "Microsoft.Network/dnsZones/recordSets",
  nameInput: "relativeRecordSetName",
  // "@" is the zone itself; a wildcard is the whole first label.
  nameRule: { length: 253, pattern: /^(@|(\*|[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*)$/ },
  tags: false,
  inputs: {
    zoneName: { type: "string", required: true, change: "replace" },
    recordType: { type: "string", required: true, oneOf: ["A", "CNAME", "TXT"], change: "replace" },
    ttl: { type: "integer", min: 1 },
    targetResource: { type: "object", fields: REFERENCE },
    cnameRecord: { type: "object", fields: { cname: { type: "string", required: true } } },
    aRecords: { type: "objects", fields: { ipv4Address: { type: "string", required: true } } },
  },
  computed: { fqdn: ({ inputs }) => `${text(inputs["relativeRecordSetName"])}.${text(inputs["zoneName"])}.` },
  check: checkRecord,
});

/** Alias record sets that one resource can have (learn.microsoft.com/azure/dns/dns-alias). */
const MOST_ALIASES = 20;
/** By zone: the programs here have one profile for each. */
const aliases = new Map<string, Set<string>>();

function checkRecord(inputs: ValueMap): CheckFailure[] {
  const [type, name, zone] = ["recordType", "relativeRecordSetName", "zoneName"].map(
    (each) => text(inputs[each]) ?? "",
  );
  if (type === "CNAME" && name === "@")
    return [{ property: "recordType", reason: "the zone itself cannot be a CNAME" }];
  const kinds = ["targetResource", "cnameRecord", "aRecords"].filter((each) => inputs[each] !== undefined);
  const own = type === "CNAME" ? "cnameRecord" : "aRecords";
  if (kinds.length !== 1 || (kinds[0] !== "targetResource" && kinds[0] !== own))
    return [{ property: "recordType", reason: `${type} wants exactly one of targetResource and ${own}` }];
  if (kinds[0] !== "targetResource") return [];
  const known = aliases.get(zone ?? "") ?? new Set();
  aliases.set(zone ?? "", known.add(`${type} ${name}`));
  return known.size <= MOST_ALIASES
    ? []
    : [{ property: "targetResource", reason: `a resource has at most ${MOST_ALIASES} alias record sets` }];
}

const ENDPOINT: Fields = {
  name: { type: "string", required: true },
  type: { type: "string", required: true, oneOf: ["Microsoft.Network/trafficManagerProfiles/externalEndpoints"] },
  target: { type: "string", required: true },
  endpointStatus: { type: "string", oneOf: ["Enabled", "Disabled"] },
  weight: { type: "integer", min: 1 },
};

export const Profile = armResource({
  kind: "Microsoft.Network/trafficManagerProfiles",
  nameInput: "profileName",
  nameRule: { length: 63, pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/ },
  location: "global",
  inputs: {
    profileStatus: { type: "string", oneOf: ["Enabled", "Disabled"] },
    trafficRoutingMethod: { type: "string", required: true, oneOf: ["Performance", "Priority", "Weighted"] },
    dnsConfig: {
      type: "object",
      required: true,
      fields: { relativeName: { type: "string", required: true }, ttl: { type: "integer", min: 0 } },
    },
    monitorConfig: {
      type: "object",
      required: true,
      fields: {
        protocol: { type: "string", required: true, oneOf: ["HTTP", "HTTPS", "TCP"] },
        port: { type: "integer", required: true, min: 1 },
        path: { type: "string" },
        expectedStatusCodeRanges: {
          type: "objects",
          fields: { min: { type: "integer", required: true }, max: { type: "integer", required: true } },
        },
        intervalInSeconds: { type: "integer", min: 10 },
        timeoutInSeconds: { type: "integer", min: 5 },
        toleratedNumberOfFailures: { type: "integer", min: 0 },
      },
    },
    endpoints: { type: "objects", fields: ENDPOINT },
  },
  filled: {
    dnsConfig: ({ inputs }) => {
      const config = members(inputs["dnsConfig"]);
      return { ...config, fqdn: `${text(config["relativeName"]) ?? ""}.trafficmanager.net` };
    },
  },
  check: checkTraffic,
});

function checkTraffic(inputs: ValueMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const label = text(members(inputs["dnsConfig"])["relativeName"]);
  if (label !== undefined && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
    failures.push({ property: "dnsConfig.relativeName", reason: `must be a DNS label, got ${label}` });
  const { protocol, path, intervalInSeconds, timeoutInSeconds } = members(inputs["monitorConfig"]);
  if ((text(protocol) === "TCP") !== (path === undefined))
    failures.push({ property: "monitorConfig.path", reason: "is for HTTP and HTTPS, which need one" });
  if (Number(timeoutInSeconds ?? 10) >= Number(intervalInSeconds ?? 30))
    failures.push({ property: "monitorConfig.timeoutInSeconds", reason: "must be below intervalInSeconds" });
  for (const member of ["name", "target"]) {
    const all = items(inputs["endpoints"])
      .filter(isMap)
      .flatMap((each) => text(each[member]) ?? []);
    if (new Set(all).size !== all.length)
      failures.push({ property: "endpoints", reason: `two have the same ${member}` });
  }
  const targets = items(inputs["endpoints"])
    .filter(isMap)
    .flatMap((each) => text(each["target"]) ?? []);
  if (new Set(targets.map((target) => isIPv4(target))).size > 1)
    failures.push({ property: "endpoints", reason: "external endpoints are all addresses or all domain names" });
  return failures;
}
