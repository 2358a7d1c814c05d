import * as z from "zod";
import { backup, composeName, composeStack, dns, limits, monitoring, network, registry, tls } from "./schema/cluster";
import { cloudNodes, host, localNodes } from "./schema/pools";
import { hostName, label } from "./schema/words";
import type { CloudProvider } from "./sizes/catalog";
import { catalog, cloudProviders } from "./sizes/catalog";

/** storm.yml, defined once: types, checks, defaults, documentation and JSON Schema all come from here. */

type CloudKey = (typeof catalog)[CloudProvider]["key"];

const clouds = Object.fromEntries(
  cloudProviders.map((provider) => [catalog[provider].key, cloudNodes(provider).optional()]),
) as Record<CloudKey, z.ZodOptional<ReturnType<typeof cloudNodes>>>;

/** Name of an environment: part of every host name. */
export const envLabel = label(20);
/** Each is checked at every load. */
export const MAX_ENVIRONMENTS = 10;

export const stormFile = z
  .strictObject({
    Hostname: hostName(160)
      .default("storm.localhost")
      .describe("The cluster's domain; services are at <service>.<stack>.<env>.<Hostname>. Default: storm.localhost."),
    name: label(24).default("storm").describe("Name of the cluster, part of every resource's name. Default: storm."),
    ...clouds,
    Local: localNodes().optional(),
    Hosts: z.array(host).min(1).max(500).optional().describe("Machines that exist already, reached by SSH."),
    dns: dns.optional().describe("Where DNS records are written. Default: nowhere."),
    tls: tls.default("internal"),
    network: network.prefault({}).describe("Mesh and address ranges."),
    registry: registry.prefault({}).describe("The cluster's image registry."),
    monitoring: monitoring.optional().describe("Measurements, dashboards and alerts. Default: off."),
    limits: limits.prefault({}).describe("What the cluster may use at most. Default: no limits."),
    stacks: z.array(label(40)).max(50).default([]).describe("Entries of the catalog to switch on. Default: none."),
    compose: z
      .record(composeName, composeStack)
      .default({})
      .describe("Your stacks: a name and a compose file each. Default: none."),
    backup: backup.optional().describe("Copies of Consul's and the volumes' data. Default: off."),
    production: z
      .boolean()
      .default(false)
      .describe("Protects what must not be lost, and refuses what is only for trying out. Default: false."),
    overrides: z
      .record(envLabel, z.record(z.string(), z.unknown()))
      .refine(
        (value) => Object.keys(value).length <= MAX_ENVIRONMENTS,
        `must be at most ${MAX_ENVIRONMENTS} environments`,
      )
      .default({})
      .describe(
        "Values for one environment, merged over the rest of the file: {prod: {production: true}}. Default: none.",
      ),
  })
  .describe("A Storm cluster and what runs on it.");

/** storm.yml with the defaults filled in; each provider still in the form that was written. */
export type StormFile = z.output<typeof stormFile>;
export type NodesEntry = z.output<ReturnType<typeof cloudNodes>> | z.output<ReturnType<typeof localNodes>>;
export type HostEntry = z.output<typeof host>;
