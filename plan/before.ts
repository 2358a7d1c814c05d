/**
 * What an environment was before this run, as far as its plan depends on it: who the managers are, where volumes are. The state has it
 * (components/memory.ts), and both the program and the commands read it there; the plan stays a function of what it is given.
 */
import type { NodePlan, Plan } from "./types";

/** Type of the component under which the state keeps it. */
export const MEMORY = "storm:nodes:Memory";
/** The entry that has the volume node's name. No node is called so: their names have no capitals. */
export const VOLUME_NODE = "volumeNode";
const STACK = "pulumi:pulumi:Stack";
/** Types under which the state has the commands that wait for a node's return. */
const REJOIN = "storm:mesh:Mesh$command:remote:Command";

/** What a machine is made anew, or restarted, for. */
export interface Birth {
  site: string;
  /** "" for nodes on this machine, whose limits change in place. */
  machineType: string;
  zone: string;
  spot: boolean;
  /** Whether it has a disk of its own for data. */
  disk: boolean;
  /** Hosts only; else "". */
  address: string;
  /** Hosts only; else "". */
  hostKey: string;
}

export interface Before {
  /** Names of the nodes that were managers. None: nobody has said who was what. */
  readonly managers: readonly string[];
  /** What they were made as, by name, as far as it was noted. */
  readonly births: Readonly<Record<string, Birth>>;
  /** The same of the other nodes of fixed pools, as far as their pools were brought up whole. */
  readonly workers: Readonly<Record<string, Birth>>;
  /** Nodes whose return to the cluster was waited for by a command of its own (components/rejoin.ts). */
  readonly rejoined: readonly string[];
  /** Undefined: none is known. */
  readonly volumeNode: string | undefined;
  /** Names of nodes whose machines are there. Other resources' names may be among them. */
  readonly nodes: readonly string[];
  /** URNs of what was made in pools of nodes: each node's machine, under the node's name, and what belongs to it. */
  readonly machines: readonly string[];
}

/** Before a first deployment. */
export const NOTHING: Before = {
  managers: [],
  births: {},
  workers: {},
  rejoined: [],
  volumeNode: undefined,
  nodes: [],
  machines: [],
};

const REJOIN_PREFIX = "rejoin-";

/** Name of the command that waits for a node's return. */
export function rejoinName(node: string): string {
  return REJOIN_PREFIX + node;
}

/** A resource of a state, as far as it is read here. */
export interface StateEntry {
  urn: string;
  outputs?: Readonly<Record<string, unknown>>;
}

/** From the resources of a state. */
export function beforeOf(resources: readonly StateEntry[]): Before {
  const births: Record<string, Birth> = {};
  const workers: Record<string, Birth> = {};
  let volumeNode: string | undefined;
  for (const { urn, outputs } of resources) {
    if (!typeOf(urn).startsWith(`${MEMORY}$`)) continue;
    const name = nameOf(urn);
    const input = outputs?.["input"];
    // components/memory.ts wrote them: a pool's entry has its key, "SITE/POOL", as name.
    if (name === VOLUME_NODE) volumeNode = String(input);
    else if (name.includes("/")) Object.assign(workers, input as Record<string, Birth>);
    else births[name] = input as Birth;
  }
  const rejoined = resources
    .filter(({ urn }) => typeOf(urn) === REJOIN && nameOf(urn).startsWith(REJOIN_PREFIX))
    .map(({ urn }) => nameOf(urn).slice(REJOIN_PREFIX.length));
  const machines = resources.map(({ urn }) => urn).filter((urn) => /^storm:pools:[^$]*\$/.test(typeOf(urn)));
  const noted = new Set([...Object.keys(births), ...Object.keys(workers)]);
  const shown = resources.filter(({ urn }) => typeOf(urn) === STACK).flatMap(({ outputs }) => shownManagers(outputs));
  const managers = [...Object.keys(births), ...shown.filter((name) => !noted.has(name))].sort();
  return { managers, births, workers, rejoined, volumeNode, nodes: machines.map(nameOf), machines };
}

/**
 * Who the managers are by the stack's output `nodes`: 0.2.0 and before made no notes of it, and an upgrade that was stopped has made some.
 * What those notes say is newer than the output.
 */
function shownManagers(outputs: StateEntry["outputs"]): string[] {
  const nodes: unknown = outputs?.["nodes"];
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Partial<Record<"name" | "role", unknown>> | null) =>
    node?.role === "manager" && typeof node.name === "string" ? [node.name] : [],
  );
}

export function birthOf({ pools, sites }: Pick<Plan, "pools" | "sites">, node: NodePlan): Birth {
  const pool = pools.find(({ key }) => key === node.pool);
  const local = sites.find(({ name }) => name === node.site)?.provider === "local";
  return {
    site: node.site,
    machineType: local ? "" : node.machineType,
    zone: node.zone,
    spot: pool?.spot ?? false,
    disk: (pool?.volumeGiB ?? 0) > 0,
    address: node.address ?? "",
    hostKey: node.hostKey ?? "",
  };
}

/** urn:pulumi:STACK::PROJECT::TYPES::NAME */
function typeOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
