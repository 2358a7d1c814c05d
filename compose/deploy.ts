import type { Field } from "./fields";
import type { JsonObject } from "./types";

const UPDATE_KEYS = ["parallelism", "delay", "failure_action", "monitor", "max_failure_ratio", "order"];
const CONSTRAINT = /^\s*[\w.-]+\s*(==|!=)\s*\S.*$/;

/** A service's `deploy:`, read but not yet filled with defaults. */
export interface Deploy {
  mode: "replicated" | "global";
  replicas: number | undefined;
  labels: [string, string, Field][];
  endpointMode: "vip" | "dnsrr" | undefined;
  update: JsonObject;
  rollback: JsonObject;
  restart: JsonObject | undefined;
  resources: JsonObject;
  constraints: string[];
  placement: JsonObject;
}

/** Reads `deploy:` and the service keys of plain Compose that mean the same: `restart`, `scale`, `cpus`, `mem_limit`, ... */
export function readDeploy(service: ReadonlyMap<string, Field>): Deploy {
  const field = service.get("deploy");
  const keys = [
    "mode",
    "replicas",
    "endpoint_mode",
    "labels",
    "update_config",
    "rollback_config",
    "restart_policy",
    "resources",
    "placement",
  ];
  const fields = field?.object(keys) ?? new Map<string, Field>();
  const placement = fields.get("placement")?.object(["constraints", "preferences", "max_replicas_per_node"]);
  const mode = readMode(fields.get("mode"));
  const replicas = (fields.get("replicas") ?? service.get("scale"))?.integer();
  if (mode === "global" && replicas !== undefined)
    fields.get("replicas")?.error("a global service runs once on each node; it has no replicas");
  const spread = placement
    ?.get("preferences")
    ?.items()
    .flatMap((item) => item.object(["spread"]).get("spread")?.text() ?? []);
  const perNode = placement?.get("max_replicas_per_node")?.integer();
  return {
    mode,
    replicas,
    labels: (fields.get("labels")?.pairs() ?? []).map(([key, value, at]) => [key, value ?? "", at]),
    endpointMode: fields.get("endpoint_mode")?.oneOf(["vip", "dnsrr"] as const),
    update: readUpdate(fields.get("update_config"), ["continue", "pause", "rollback"]),
    rollback: readUpdate(fields.get("rollback_config"), ["continue", "pause"]),
    restart: readRestart(fields.get("restart_policy"), service.get("restart")),
    resources: readResources(fields.get("resources"), service),
    constraints: readConstraints(placement?.get("constraints")),
    placement: {
      ...(spread === undefined ? {} : { preferences: spread.map((descriptor) => ({ spread: descriptor })) }),
      ...(perNode === undefined ? {} : { max_replicas_per_node: perNode }),
    },
  };
}

function readMode(field: Field | undefined): "replicated" | "global" {
  const mode = field?.oneOf(["replicated", "global", "replicated-job", "global-job"] as const);
  if (mode === "replicated-job" || mode === "global-job") {
    field?.error(`docker stack deploy runs no jobs; use mode: replicated with restart_policy: {condition: on-failure}`);
  }
  return mode === "global" ? mode : "replicated";
}

function readUpdate(field: Field | undefined, actions: readonly string[]): JsonObject {
  const fields = field?.object(UPDATE_KEYS) ?? new Map<string, Field>();
  return compact({
    parallelism: fields.get("parallelism")?.integer(),
    delay: fields.get("delay")?.duration(),
    failure_action: fields.get("failure_action")?.oneOf(actions),
    monitor: fields.get("monitor")?.duration(),
    max_failure_ratio: fields.get("max_failure_ratio")?.number(),
    order: fields.get("order")?.oneOf(["start-first", "stop-first"]),
  });
}

/** Swarm's own word wins over plain Compose's `restart:`. */
function readRestart(policy: Field | undefined, restart: Field | undefined): JsonObject | undefined {
  if (policy !== undefined) {
    restart?.warn("deploy.restart_policy says it already; this one is ignored");
    const fields = policy.object(["condition", "delay", "max_attempts", "window"]);
    return compact({
      condition: fields.get("condition")?.oneOf(["none", "on-failure", "any"]),
      delay: fields.get("delay")?.duration(),
      max_attempts: fields.get("max_attempts")?.integer(),
      window: fields.get("window")?.duration(),
    });
  }
  const text = restart?.text();
  if (text === undefined) return undefined;
  const [, word, attempts] = /^(no|false|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(text) ?? [];
  const words = ["no", "always", "unless-stopped", "on-failure"];
  if (word === undefined) return restart?.error(`must be one of the allowed words, got "${text}"`, words, text);
  if (word === "no" || word === "false") return { condition: "none" };
  return compact({
    condition: word === "on-failure" ? word : "any",
    max_attempts: attempts === undefined ? undefined : Number(attempts),
  });
}

function readResources(field: Field | undefined, service: ReadonlyMap<string, Field>): JsonObject {
  const fields = field?.object(["limits", "reservations"]);
  const limits = fields?.get("limits")?.object(["cpus", "memory", "pids"]);
  const reservations = fields?.get("reservations")?.object(["cpus", "memory", "devices", "generic_resources"]);
  reservations?.get("devices")?.warn("Swarm ignores it; node labels and a placement constraint find the right nodes");
  reservations
    ?.get("generic_resources")
    ?.warn("Swarm here knows no generic resources; use node labels and a placement constraint");
  const result = {
    limits: compact({
      cpus: cpus(limits?.get("cpus") ?? service.get("cpus")),
      memory: memory(limits?.get("memory") ?? service.get("mem_limit")),
      pids: (limits?.get("pids") ?? service.get("pids_limit"))?.integer(-1),
    }),
    reservations: compact({
      cpus: cpus(reservations?.get("cpus")),
      memory: memory(reservations?.get("memory") ?? service.get("mem_reservation")),
    }),
  };
  return Object.fromEntries(Object.entries(result).filter(([, part]) => Object.keys(part).length > 0));
}

function cpus(field: Field | undefined): string | undefined {
  return field?.number() === undefined ? undefined : field.text();
}

function memory(field: Field | undefined): string | undefined {
  const bytes = field?.bytes();
  return bytes === undefined ? undefined : String(bytes);
}

function readConstraints(field: Field | undefined): string[] {
  return (field?.items() ?? []).flatMap((item) => {
    const text = item.text();
    if (text === undefined || CONSTRAINT.test(text)) return text ?? [];
    return item.error(`must be KEY == VALUE or KEY != VALUE, such as node.labels.size == big, got "${text}"`) ?? [];
  });
}

/** Without what is undefined. */
export function compact(values: Record<string, JsonObject[string] | undefined>): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(values)) if (value !== undefined) result[key] = value;
  return result;
}
