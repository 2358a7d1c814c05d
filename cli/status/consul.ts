import { type Api, getJson } from "../cluster/api";
import type { ConsulFacts } from "./facts";

/** Answers of Consul's API, as far as they are read here. */
export interface CheckAnswer {
  Node: string;
  CheckID: string;
  Status: string;
  /** "" for a check of the node itself. */
  ServiceID: string;
}

export interface CatalogAnswer {
  Node: string;
  Meta?: Record<string, string> | null;
}

/** Gossip's own check of each node. */
const GOSSIP = "serfHealth";

/** Who is alive by gossip, which knows within seconds, and whose containers are not well. */
export async function askConsul(consul: Api): Promise<ConsulFacts> {
  const [catalog, checks] = await Promise.all([
    getJson<CatalogAnswer[]>(consul, "/v1/catalog/nodes"),
    getJson<CheckAnswer[]>(consul, "/v1/health/state/any"),
  ]);
  return consulFacts(catalog, checks);
}

export function consulFacts(catalog: readonly CatalogAnswer[], checks: readonly CheckAnswer[]): ConsulFacts {
  const alive = new Set(checks.filter((each) => each.CheckID === GOSSIP && each.Status === "passing").map(nodeOf));
  const nodes = catalog.map(({ Node, Meta }) => {
    return [Node, { alive: alive.has(Node), pool: Meta?.["pool"], site: Meta?.["site"] }] as const;
  });
  const failing = checks.filter(({ ServiceID, Status }) => ServiceID !== "" && Status !== "passing").flatMap(taskOf);
  return { nodes: new Map(nodes), failing: new Set(failing) };
}

function nodeOf({ Node }: CheckAnswer): string {
  return Node;
}

/** The registrator names a service "NODE:CONTAINER:PORT", and Swarm a container "SERVICE.SLOT.TASK". */
function taskOf({ ServiceID }: CheckAnswer): string[] {
  const task = ServiceID.split(":")[1]?.split(".").at(-1);
  return task === undefined ? [] : [task];
}
