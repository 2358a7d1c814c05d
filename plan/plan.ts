import type { Lock } from "../spec/lock";
import type { Issue } from "../spec/errors";
import { formatIssue, SpecError } from "../spec/errors";
import { quoted } from "../spec/located";
import { envLabel } from "../spec/schema";
import type { Spec } from "../spec/spec";
import { costPlan, limitPlan } from "./cost";
import { baseDomain, datacenterName, dnsPlan, ownNames, tlsPlan } from "./dns";
import { managerWarnings } from "./manager-warnings";
import { type Before, NOTHING } from "./before";
import { electManagers } from "./managers";
import { networkPlan } from "./network";
import { inventory } from "./nodes";
import { stackPlans } from "./stacks";
import { survivesSentence } from "./survives";
import type { NodePlan, Plan } from "./types";

const REGISTRY_HOST = "registry.service.consul";
const REGISTRY_PORT = 5000;

export interface PlanOptions {
  /** Name of the environment (`storm:env`), part of every host name and of nothing that Pulumi calls it. */
  readonly env: string;
  /** storm.lock, where there is one. */
  readonly lock?: Lock;
  /** What is there already; default: nothing. Managers and the volume node stay who they are. */
  readonly before?: Before;
}

/**
 * From a Spec to its Plan: pure and deterministic. The order of anything in storm.yml changes nothing in it, and a
 * change to one pool changes nothing of another.
 * @throws SpecError when `env` cannot be part of a host name.
 */
export function makePlan(spec: Spec, { env, lock, before = NOTHING }: PlanOptions): { plan: Plan } {
  checkEnv(env);
  const whole = inventory(spec);
  const { sites, pools, nodes: found } = whole;
  const managers = electManagers(whole, before);
  const isManager = new Set(managers);
  const nodes = found.map((node): NodePlan => {
    if (isManager.has(node.name)) return { ...node, role: "manager" };
    return { ...node, role: node.role === "data" ? "data" : "worker" };
  });
  const base = baseDomain(env, spec.Hostname);
  const own = ownNames(spec, base);
  const stacks = stackPlans(spec, base);
  const plan: Plan = {
    name: spec.name,
    env,
    domain: spec.Hostname,
    baseDomain: base,
    ownNames: own,
    production: spec.production,
    datacenter: datacenterName(env),
    sites,
    pools,
    nodes,
    managers,
    survives: survivesSentence(nodes.filter((node) => isManager.has(node.name))),
    volumeNode: volumeNode(nodes, managers, before),
    network: networkPlan(spec),
    dns: dnsPlan(spec, own, stacks),
    tls: tlsPlan(spec),
    lock,
    registry: { storage: spec.registry.storage, host: REGISTRY_HOST, port: REGISTRY_PORT },
    stacks,
    cost: costPlan(spec),
    limits: limitPlan(spec),
    warnings: [...spec.warnings.map(formatIssue), ...managerWarnings(whole, nodes, before)],
  };
  return { plan };
}

/** Where it was, as long as that node is there, for the volumes are on its disk. */
function volumeNode(nodes: readonly NodePlan[], managers: readonly string[], before: Before): string {
  const kept = nodes.find(({ name }) => name === before.volumeNode);
  return kept?.name ?? nodes.find((node) => node.role === "data")?.name ?? managers[0] ?? "";
}

/** Names that `<env>.<Hostname>` must not take from something else. */
const TAKEN = ["service", "node", "query"];

function checkEnv(env: string): void {
  const place = { file: "stack config", line: 0, column: 0 };
  const fail = (message: string, nearest?: string): never => {
    const issue: Issue = {
      severity: "error",
      place,
      path: "storm:env",
      message: `${message}, got ${quoted(env)}`,
      nearest,
    };
    throw new SpecError([issue]);
  };
  if (TAKEN.includes(env)) fail(`must not be one of the names that Consul answers for (${TAKEN.join(", ")})`);
  if (envLabel.safeParse(env).success) return;
  const near = env
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 20)
    .replace(/^-|-$/g, "");
  fail(`must be at most 20 lower-case letters, digits and inner "-"`, near === "" ? undefined : near);
}
