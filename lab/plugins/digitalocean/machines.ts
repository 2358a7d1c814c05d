/** `Droplet`, `DropletAutoscale`. */
import { publicAddress } from "../shared/cloud";
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import { reveal, type ValueMap } from "../shared/values";
import { checkPlace, dropletId } from "./regions";
import { checkTags, matches, privateAddress, type Table, textOf } from "./table";

/** docs.digitalocean.com/products/droplets/how-to/provide-user-data */
const USER_DATA_BYTES = 64 * 1024;

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/;
const HOST_REASON = 'a Droplet\'s name is a host name: at most 63 letters, digits, "-" and "."';

const TEMPLATE: Fields = {
  image: { type: "string", required: true },
  region: { type: "string", required: true },
  size: { type: "string", required: true },
  sshKeys: { type: "strings", required: true },
  ipv6: { type: "boolean" },
  projectId: { type: "string" },
  publicNetworking: { type: "boolean" },
  tags: { type: "strings" },
  userData: { type: "string" },
  vpcUuid: { type: "string" },
  withDropletAgent: { type: "boolean" },
};

const SCALING: Fields = {
  minInstances: { type: "integer" },
  maxInstances: { type: "integer" },
  targetCpuUtilization: { type: "number" },
  targetMemoryUtilization: { type: "number" },
  cooldownMinutes: { type: "integer" },
  targetNumberInstances: { type: "integer" },
};

export const machineTypes: Table = {
  Droplet: {
    id: dropletId,
    inputs: {
      image: { type: "string", required: true, change: "replace" },
      name: { type: "string", required: true },
      region: { type: "string", change: "replace" },
      size: { type: "string", required: true },
      backups: { type: "boolean" },
      dropletAgent: { type: "boolean", change: "replace" },
      gracefulShutdown: { type: "boolean", default: false },
      ipv6: { type: "boolean" },
      monitoring: { type: "boolean", change: "replace" },
      publicNetworking: { type: "boolean", change: "replace" },
      resizeDisk: { type: "boolean", default: true },
      sshKeys: { type: "strings", change: "replace" },
      tags: { type: "strings" },
      userData: { type: "string", change: "replace" },
      volumeIds: { type: "strings" },
      vpcUuid: { type: "string", change: "replace" },
    },
    computed: {
      ipv4Address: ({ name }) => publicAddress(name),
      ipv4AddressPrivate: ({ name }) => privateAddress("nodes", name),
      dropletUrn: ({ id }) => `do:droplet:${id}`,
      status: () => "active",
      locked: () => false,
    },
    check: (inputs) => [
      ...matches(inputs, "name", HOST, HOST_REASON),
      ...checkPlace(inputs),
      ...checkTags(inputs["tags"]),
      ...checkUserData(inputs),
    ],
  },
  DropletAutoscale: {
    id: "autoscale-",
    inputs: {
      name: { type: "string", required: true },
      config: { type: "object", required: true, fields: SCALING },
      dropletTemplate: { type: "object", required: true, fields: TEMPLATE },
    },
    computed: {
      status: () => "active",
      createdAt: () => "2026-01-01 00:00:00 +0000 UTC",
      updatedAt: () => "2026-01-01 00:00:00 +0000 UTC",
      currentUtilizations: () => [],
    },
    check: (inputs) => [
      ...matches(inputs, "name", HOST, HOST_REASON),
      ...checkTemplate(mapOf(inputs, "dropletTemplate")),
      ...checkScaling(mapOf(inputs, "config")),
    ],
  },
};

function mapOf(inputs: ValueMap, name: string): ValueMap {
  const value = reveal(inputs[name] ?? null);
  return isMap(value) ? value : {};
}

function checkUserData(inputs: ValueMap, path = ""): CheckFailure[] {
  const bytes = Buffer.byteLength(textOf(inputs, "userData") ?? "");
  if (bytes <= USER_DATA_BYTES) return [];
  return [{ property: `${path}userData`, reason: `user-data is at most 64 KiB, got ${bytes} bytes` }];
}

function checkTemplate(template: ValueMap): CheckFailure[] {
  const keys = reveal(template["sshKeys"] ?? null);
  return [
    ...checkPlace(template, "dropletTemplate."),
    ...checkTags(template["tags"], "dropletTemplate.tags"),
    ...checkUserData(template, "dropletTemplate."),
    ...(Array.isArray(keys) && keys.length === 0
      ? [{ property: "dropletTemplate.sshKeys", reason: "at least one key is needed" }]
      : []),
  ];
}

/** Bounds of docs.digitalocean.com/reference/api: Droplet Autoscale Pools. */
function checkScaling(config: ValueMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const number = (name: string): number | undefined => {
    const value = reveal(config[name] ?? null);
    return typeof value === "number" ? value : undefined;
  };
  const within = (name: string, least: number, most: number): void => {
    const value = number(name);
    if (value !== undefined && !(value >= least && value <= most))
      failures.push({ property: `config.${name}`, reason: `must be from ${least} to ${most}, got ${value}` });
  };
  within("minInstances", 1, 500);
  within("maxInstances", 1, 1000);
  within("targetCpuUtilization", 0.05, 1);
  within("targetMemoryUtilization", 0.05, 1);
  within("cooldownMinutes", 5, 20);
  within("targetNumberInstances", 1, 1000);
  const [least, most] = [number("minInstances"), number("maxInstances")];
  if (least !== undefined && most !== undefined && least > most)
    failures.push({ property: "config.minInstances", reason: `must be at most maxInstances (${most}), got ${least}` });
  if (config["targetNumberInstances"] !== undefined && Object.keys(config).length > 1)
    failures.push({ property: "config.targetNumberInstances", reason: "goes with no other setting" });
  return failures;
}
