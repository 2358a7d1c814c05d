/** What the sources say of a cluster, before anybody judges it. */

/** A node that Pulumi's state has by name. */
export interface DeclaredNode {
  name: string;
  role: string;
  site: string;
  /** Whether the state has its machine. */
  made: boolean;
  /** Whether that is a container of the machine that it was made on. */
  local: boolean;
  /** URN of its machine, where that is a cloud's. */
  machine?: string;
}

/** Its nodes come and go by themselves: no state knows them by name. */
export interface ElasticPool {
  /** "SITE/POOL" */
  key: string;
  /** Nodes that it has at least; 0 where storm.yml can not say. */
  min: number;
}

export interface Declared {
  nodes: DeclaredNode[];
  pools: ElasticPool[];
}

export interface SwarmNode {
  name: string;
  id: string;
  role: "manager" | "worker";
  /** Managers only. */
  reachable?: boolean;
  /** "ready", "down", "unknown" or "disconnected". */
  state: string;
  /** "active", "pause" or "drain". */
  availability: string;
  /** PoolPlan.key, as the controller labels it. */
  pool?: string;
  site?: string;
}

export interface SwarmService {
  name: string;
  /** Replicas, or one a node; undefined: a job, which ends. */
  wanted: number | undefined;
  /** Tasks that Swarm says run. */
  running: { task: string; node: string }[];
}

export interface SwarmFacts {
  nodes: SwarmNode[];
  services: SwarmService[];
}

export interface ConsulFacts {
  /** By node: what gossip says of it. */
  nodes: Map<string, { alive: boolean; pool?: string; site?: string }>;
  /** Ids of tasks whose container's health is bad. */
  failing: Set<string>;
}

export interface CertificateFacts {
  name: string;
  /** Undefined: it could not be looked at. */
  ends: Date | undefined;
  /** Why nobody showed it, though the name that it is for leads somewhere. */
  silent?: string;
  /** From how many days before its end on the next `up` makes a new one. */
  renewalDays?: number;
}

/** A machine as its provider has it. "gone": clouds only, whose machines are asked for by name. */
export type Power = "running" | "stopped" | "gone";

/** Why a source could not be asked. */
export interface NoAnswer {
  error: string;
}

export interface Facts {
  stack: string;
  declared: Declared;
  /** By node, containers of this machine; undefined: it has nothing of this cluster. */
  machines: Map<string, Power> | undefined | NoAnswer;
  /** By node, what the clouds say of those who are silent in Swarm and Consul. */
  clouds: Map<string, Power> | NoAnswer;
  swarm: SwarmFacts | NoAnswer;
  consul: ConsulFacts | NoAnswer;
  certificates: CertificateFacts[];
}

/** Whether a source answered. */
export function answered<T extends object>(facts: T | NoAnswer): facts is T {
  return !("error" in facts);
}
