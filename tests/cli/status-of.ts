import { assess, type ClusterStatus } from "../../cli/status/assess";
import { type CheckAnswer, consulFacts } from "../../cli/status/consul";
import type { Facts, NoAnswer, Power } from "../../cli/status/facts";
import type { ServiceAnswer } from "../../cli/cluster/services";
import { type NodeAnswer, swarmFacts, type TaskAnswer } from "../../cli/status/swarm";

/** A cluster of three as its sources have it, whole or not, and what `storm status` makes of it. */

const NOW = new Date("2026-03-01T00:00:00Z");
export const NAMES = ["local-1", "local-2", "local-3"];
export const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

export const swarmNode = (name: string, more: Partial<NodeAnswer> = {}): NodeAnswer => ({
  ID: `id-${name}`,
  Spec: { Role: "manager", Availability: "active", Labels: { "storm.pool": "local/local", "storm.site": "local" } },
  Description: { Hostname: name },
  Status: { State: "ready" },
  ManagerStatus: { Reachability: "reachable" },
  ...more,
});
export const worker = (name: string, pool?: string): NodeAnswer =>
  swarmNode(name, {
    Spec: { Role: "worker", Availability: "active", Labels: pool ? { "storm.pool": pool } : null },
    ManagerStatus: null,
  });
export const task = (id: string, node: string): TaskAnswer => ({
  ID: id,
  ServiceID: "web",
  NodeID: `id-${node}`,
  Status: { State: "running" },
});
export const web = {
  ID: "web",
  Spec: { Name: "demo_web", Mode: { Replicated: {} } },
  ServiceStatus: { RunningTasks: 2, DesiredTasks: 2 },
};
export const gossip = (name: string, status = "passing"): CheckAnswer => ({
  Node: name,
  CheckID: "serfHealth",
  Status: status,
  ServiceID: "",
});

export const traefik = {
  ID: "traefik",
  Spec: { Name: "ingress_traefik", Mode: { Global: {} } },
  ServiceStatus: { RunningTasks: 0, DesiredTasks: 0 },
};

/** What may differ from a whole cluster of three. */
interface Differences {
  services?: ServiceAnswer[];
  swarm?: NodeAnswer[] | NoAnswer;
  tasks?: TaskAnswer[];
  checks?: CheckAnswer[];
  consul?: NoAnswer;
  machines?: Map<string, Power> | undefined | NoAnswer;
  clouds?: Facts["clouds"];
  declared?: Facts["declared"];
  certificates?: Facts["certificates"];
}

export function statusOf(different: Differences = {}): ClusterStatus {
  const { swarm = NAMES.map((name) => swarmNode(name)), tasks = [task("a", "local-1"), task("b", "local-2")] } =
    different;
  const checks = different.checks ?? NAMES.map((name) => gossip(name));
  const catalog = [...new Set(checks.map(({ Node }) => Node))].map((Node) => ({ Node, Meta: { pool: "local.local" } }));
  const nodes = NAMES.map((name) => ({ name, role: "manager", site: "local", made: true, local: true }));
  return assess(
    {
      stack: "dev",
      declared: { nodes, pools: [] },
      clouds: new Map(),
      machines: new Map(NAMES.map((name) => [name, "running" as Power])),
      certificates: [{ name: "docker-client", ends: inDays(364.5), renewalDays: 30 }],
      ...different,
      swarm: "error" in swarm ? swarm : swarmFacts(swarm, different.services ?? [web], tasks),
      consul: different.consul ?? consulFacts(catalog, checks),
    },
    NOW,
  );
}

export const columns = (status: ClusterStatus, name: string) => {
  const node = status.nodes.find((each) => each.name === name);
  return node && [node.declared, node.exists, node.joined, node.healthy, node.notes.join(", ")];
};
export const sumOf = ({ health, healthyNodes, wantedNodes }: ClusterStatus) =>
  `${health} (${healthyNodes}/${wantedNodes})`;
