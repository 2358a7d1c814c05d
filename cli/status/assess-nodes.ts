/** Each node as Pulumi's state, its provider, Swarm and Consul have it, side by side. */
import { answered, type ConsulFacts, type DeclaredNode, type Facts, type SwarmNode } from "./facts";

export interface NodeStatus {
  name: string;
  role: string;
  site: string;
  /** PoolPlan.key of an elastic pool's node. */
  pool?: string;
  /** "elastic": by its pool. "no": nobody did. */
  declared: "yes" | "elastic" | "no";
  exists: "yes" | "stopped" | "no" | "unknown";
  /** Of both Swarm and Consul, dead or alive. */
  joined: "yes" | "Swarm only" | "Consul only" | "no" | "unknown";
  healthy: "yes" | "no" | "unknown";
  notes: string[];
}

type ConsulNode = ConsulFacts["nodes"] extends Map<string, infer Node> ? Node : never;

/** What is known of one name. */
interface Seen {
  declared: DeclaredNode | undefined;
  swarm: SwarmNode | undefined;
  consul: ConsulNode | undefined;
}

/** Declared ones first, in the state's order; then whoever else is there. */
export function assessNodes(facts: Facts): NodeStatus[] {
  const { declared, machines } = facts;
  const swarm = answered(facts.swarm) ? facts.swarm.nodes : [];
  const consul = answered(facts.consul) ? facts.consul.nodes : new Map<string, ConsulNode>();
  const containers = machines !== undefined && answered(machines) ? [...machines.keys()] : [];
  const others = [...swarm.map(({ name }) => name), ...consul.keys(), ...containers].sort();
  const names = new Set([...declared.nodes.map(({ name }) => name), ...others]);
  return [...names].map((name) =>
    nodeStatus(name, facts, {
      declared: declared.nodes.find((node) => node.name === name),
      // After a replacement the old entry may still be there.
      swarm: swarm.find((node) => node.name === name && isReady(node)) ?? swarm.find((node) => node.name === name),
      consul: consul.get(name),
    }),
  );
}

function nodeStatus(name: string, facts: Facts, seen: Seen): NodeStatus {
  const { declared, swarm, consul } = seen;
  const pool = facts.declared.pools.find(({ key }) => key === (swarm?.pool ?? consul?.pool))?.key;
  const exists = existence(name, facts, seen);
  const joined = membership(facts, seen);
  return {
    name,
    role: declared?.role ?? swarm?.role ?? "-",
    site: declared?.site ?? swarm?.site ?? consul?.site ?? "-",
    ...(pool !== undefined && declared === undefined ? { pool } : {}),
    declared: declared ? "yes" : pool === undefined ? "no" : "elastic",
    exists,
    joined,
    healthy: health(facts, seen, exists),
    notes: [...(MACHINE[exists] ?? []), ...(joined === "no" ? ["not joined"] : []), ...notesOf(facts, seen)],
  };
}

/** Whoever speaks in Swarm or Consul exists. Of a silent machine this machine's Docker knows, or its cloud. */
function existence(name: string, { machines, clouds }: Facts, { declared, swarm, consul }: Seen): NodeStatus["exists"] {
  const known = machines !== undefined && answered(machines) ? machines : undefined;
  const container = known?.get(name);
  if (container !== undefined) return EXISTS[container];
  if (known && declared?.local) return "no";
  if (isReady(swarm) || consul?.alive) return "yes";
  const machine = answered(clouds) ? clouds.get(name) : undefined;
  if (machine !== undefined) return EXISTS[machine];
  return declared?.made === false ? "no" : "unknown";
}

function membership({ swarm, consul }: Facts, seen: Seen): NodeStatus["joined"] {
  if (!answered(swarm) || !answered(consul)) return "unknown";
  if (seen.swarm && seen.consul) return "yes";
  return seen.swarm ? "Swarm only" : seen.consul ? "Consul only" : "no";
}

/**
 * One bad word is enough, and Consul has to have said a good one: gossip hears of a death within seconds. A swarm whose leader died says
 * nothing for some ten seconds, and then for as long again that it does not know its nodes: no fault of the living ones.
 */
function health(facts: Facts, { swarm, consul }: Seen, exists: NodeStatus["exists"]): NodeStatus["healthy"] {
  const inSwarm = !answered(facts.swarm) || swarm?.state === UNKNOWN || isReady(swarm);
  if (exists === "no" || exists === "stopped" || !inSwarm || swarm?.reachable === false) return "no";
  if (!answered(facts.consul)) return "unknown";
  if (!consul?.alive) return "no";
  return exists === "unknown" ? "unknown" : "yes";
}

function notesOf(facts: Facts, { declared, swarm, consul }: Seen): string[] {
  const role = declared?.role === "manager" && swarm?.role === "worker" ? ["not a manager of the swarm"] : [];
  return [
    ...(swarm && !isReady(swarm) ? [`${swarm.state} in Swarm`] : []),
    ...(swarm?.reachable === false ? ["unreachable as manager"] : []),
    ...(answered(facts.consul) && consul && !consul.alive ? ["dead in Consul"] : []),
    ...role,
    // An operator's wish, and no fault.
    ...(swarm && swarm.availability !== "active" ? [AVAILABILITY[swarm.availability] ?? swarm.availability] : []),
  ];
}

const EXISTS = { running: "yes", stopped: "stopped", gone: "no" } as const;
const MACHINE: Partial<Record<NodeStatus["exists"], string[]>> = {
  stopped: ["its machine is stopped"],
  no: ["it has no machine"],
};
/** What Swarm calls a node since its leader changed, until that one has heard of it. */
export const UNKNOWN = "unknown";
const AVAILABILITY: Record<string, string> = { drain: "drained", pause: "paused" };

function isReady(node: SwarmNode | undefined): boolean {
  return node?.state === "ready";
}
