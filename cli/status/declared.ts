import { beforeOf } from "../../plan/before";
import type { Plan } from "../../plan/types";
import type { StackState } from "../../tools/backend";
import { partsOf } from "../describe";
import type { CertificateFacts, Declared } from "./facts";

/** Resource types of the state that are read here. */
const LOCAL_NODE = "storm:local:Node";
const LOCAL_NETWORK = "storm:local:Network";
const ELASTIC_POOL = /^storm:.*ElasticPool$/;
const CERTIFICATE = /^tls:.*:(SelfSignedCert|LocallySignedCert)$/;

const CLOUD_MACHINES = new Set([
  "aws:ec2/instance:Instance",
  "azure-native:compute:VirtualMachine",
  "digitalocean:index/droplet:Droplet",
]);

/** What Pulumi's state says there is. Of an elastic pool the plan says how many nodes it has at least. */
export function declaredOf(
  { outputs, entries }: Pick<StackState, "outputs" | "entries">,
  plan: Pick<Plan, "pools"> | undefined,
): Declared {
  const rows = (outputs["nodes"] ?? []) as { name: string; role: string; site: string }[]; // stacks/outputs.ts
  const before = beforeOf(entries);
  const made = new Set(before.nodes);
  const ofClouds = before.machines.map((urn) => ({ urn, ...partsOf(urn) }));
  const all = entries.map(({ urn }) => partsOf(urn));
  const named = (wanted: (type: string) => boolean) => all.flatMap(({ type, name }) => (wanted(type) ? [name] : []));
  const local = new Set(named((type) => type === LOCAL_NODE));
  return {
    nodes: rows.map(({ name, role, site }) => {
      const machine = ofClouds.find((each) => each.name === name && CLOUD_MACHINES.has(each.type))?.urn;
      const node = { name, role, site, made: made.has(name), local: local.has(name) };
      return machine === undefined ? node : { ...node, machine };
    }),
    pools: named((type) => ELASTIC_POOL.test(type)).map((key) => {
      return { key, min: plan?.pools.find((pool) => pool.key === key)?.min ?? 0 };
    }),
  };
}

/** Whether a plan has anything to say here. */
export function hasElasticPools({ entries }: Pick<StackState, "entries">): boolean {
  return entries.some(({ urn }) => ELASTIC_POOL.test(partsOf(urn).type));
}

/** The cluster's label and the beginning of its nodes' names among this machine's containers; undefined without local nodes. */
export function localClusterOf({ entries, clusters }: StackState): { cluster: string; prefix: string } | undefined {
  const network = entries.find(({ urn }) => partsOf(urn).type === LOCAL_NETWORK)?.outputs?.["name"];
  const [cluster] = clusters;
  return typeof network === "string" && cluster !== undefined ? { cluster, prefix: `${network}-` } : undefined;
}

/** Every certificate that the state has, with its end. */
export function certificatesOf({ entries }: Pick<StackState, "entries">): CertificateFacts[] {
  return entries.flatMap(({ urn, outputs = {} }) => {
    const { validityEndTime: ends, earlyRenewalHours: hours } = outputs;
    if (!CERTIFICATE.test(partsOf(urn).type) || typeof ends !== "string") return [];
    const renewalDays = typeof hours === "number" ? hours / 24 : 0;
    return [{ name: partsOf(urn).name.replace(/-cert$/, ""), ends: new Date(ends), renewalDays }];
  });
}
