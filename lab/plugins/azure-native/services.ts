/** Resource groups, identities, autoscaling, DNS and Traffic Manager. */
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import { cloudFunction } from "../shared/cloud";
import type { ValueMap } from "../shared/values";
import { armResource, guid, items, members, text } from "./arm";
import { REFERENCE } from "./network";

export const ResourceGroup = armResource({
  kind: undefined,
  nameInput: "resourceGroupName",
  nameRule: { length: 90, pattern: /^[\w.()-]*[\w()-]$/ },
  location: "region",
  inputs: {},
});

export const UserAssignedIdentity = armResource({
  kind: "Microsoft.ManagedIdentity/userAssignedIdentities",
  nameInput: "resourceName",
  nameRule: { length: 128, pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{2,}$/ },
  location: "region",
  inputs: {},
  computed: { principalId: ({ id }) => guid(`${id} principal`), clientId: ({ id }) => guid(`${id} client`) },
});

const DURATION = { type: "string", required: true } as const;
const RULE: Fields = {
  metricTrigger: {
    type: "object",
    required: true,
    fields: {
      metricName: { type: "string", required: true, oneOf: ["Percentage CPU"] },
      metricResourceUri: { type: "string", required: true },
      operator: { type: "string", required: true, oneOf: ["GreaterThan", "GreaterThanOrEqual", "LessThan"] },
      threshold: { type: "number", required: true, min: 0 },
      statistic: { type: "string", required: true, oneOf: ["Average", "Min", "Max", "Sum", "Count"] },
      timeAggregation: { type: "string", required: true, oneOf: ["Average", "Minimum", "Maximum", "Total", "Last"] },
      timeGrain: DURATION,
      timeWindow: DURATION,
    },
  },
  scaleAction: {
    type: "object",
    required: true,
    fields: {
      direction: { type: "string", required: true, oneOf: ["None", "Increase", "Decrease"] },
      type: { type: "string", required: true, oneOf: ["ChangeCount", "PercentChangeCount", "ExactCount"] },
      value: { type: "string" },
      cooldown: DURATION,
    },
  },
};

export const AutoscaleSetting = armResource({
  kind: "Microsoft.Insights/autoscaleSettings",
  nameInput: "autoscaleSettingName",
  nameRule: { length: 260, pattern: /^[^<>%&#.,?/\\:;"'|{}[\]]+$/ },
  location: "region",
  inputs: {
    enabled: { type: "boolean" },
    targetResourceUri: { type: "string" },
    profiles: {
      type: "objects",
      required: true,
      fields: {
        name: { type: "string", required: true },
        capacity: {
          type: "object",
          required: true,
          fields: {
            minimum: { type: "string", required: true },
            maximum: { type: "string", required: true },
            default: { type: "string", required: true },
          },
        },
        rules: { type: "objects", required: true, fields: RULE },
      },
    },
  },
  check: ({ profiles }) => items(profiles).filter(isMap).flatMap(checkProfile),
});

function checkProfile(profile: ValueMap, index: number): CheckFailure[] {
  const property = `profiles[${index}]`;
  const capacity = members(profile["capacity"]);
  const [least, usual, most] = ["minimum", "default", "maximum"].map((name) => Number(text(capacity[name])));
  const ordered = least !== undefined && usual !== undefined && most !== undefined && least <= usual && usual <= most;
  const wrong = ordered ? [] : [{ property, reason: "must be minimum <= default <= maximum" }];
  const windows = items(profile["rules"])
    .filter(isMap)
    .map((rule) => text(members(rule["metricTrigger"])["timeWindow"]));
  const short = windows.some((window) => window !== undefined && !(minutes(window) >= 5 && minutes(window) <= 720));
  return short ? [...wrong, { property, reason: "timeWindow must be PT5M to PT12H" }] : wrong;
}

function minutes(duration: string): number {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(duration);
  return parts ? Number(parts[1] ?? 0) * 60 + Number(parts[2] ?? 0) : NaN;
}

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
  },
  computed: { fqdn: ({ inputs }) => `${text(inputs["relativeRecordSetName"])}.${text(inputs["zoneName"])}.` },
  check: (inputs) =>
    text(inputs["recordType"]) === "CNAME" && text(inputs["relativeRecordSetName"]) === "@"
      ? [{ property: "recordType", reason: "the zone itself cannot be a CNAME" }]
      : [],
});

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
        intervalInSeconds: { type: "integer", min: 10 },
        timeoutInSeconds: { type: "integer", min: 5 },
        toleratedNumberOfFailures: { type: "integer", min: 0 },
      },
    },
    endpoints: { type: "objects", fields: ENDPOINT },
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
  return failures;
}
