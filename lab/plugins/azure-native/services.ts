/** Resource groups, identities and autoscaling. */
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { armResource, guid, items, members, text } from "./arm";

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
