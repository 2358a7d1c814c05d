import { type Api, getJson } from "../cluster/api";
import type { ServiceAnswer } from "../cluster/services";
import type { SwarmFacts, SwarmNode, SwarmService } from "./facts";

/** Answers of Docker's API, as far as they are read here. */
export interface NodeAnswer {
  ID: string;
  Spec: { Role: "manager" | "worker"; Availability: string; Labels?: Record<string, string> | null };
  Description: { Hostname?: string };
  Status: { State: string };
  ManagerStatus?: { Reachability?: string } | null;
}

export interface TaskAnswer {
  ID: string;
  ServiceID: string;
  NodeID?: string;
  Status: { State: string };
}

/** Nodes, services and their tasks, as the managers have them. */
export async function askSwarm(docker: Api): Promise<SwarmFacts> {
  const filters = encodeURIComponent(JSON.stringify({ "desired-state": ["running"] }));
  const [nodes, services, tasks] = await Promise.all([
    getJson<NodeAnswer[]>(docker, "/nodes"),
    getJson<ServiceAnswer[]>(docker, "/services?status=true"),
    getJson<TaskAnswer[]>(docker, `/tasks?filters=${filters}`),
  ]);
  return swarmFacts(nodes, services, tasks);
}

export function swarmFacts(
  nodes: readonly NodeAnswer[],
  services: readonly ServiceAnswer[],
  tasks: readonly TaskAnswer[],
): SwarmFacts {
  const all = nodes.map(swarmNode);
  const names = new Map(all.map(({ id, name }) => [id, name]));
  const found = services.map(({ ID, Spec, ServiceStatus }): SwarmService => {
    const { ReplicatedJob, GlobalJob } = Spec.Mode ?? {};
    const isJob = ReplicatedJob !== undefined || GlobalJob !== undefined;
    const own = tasks.filter((task) => task.ServiceID === ID && task.Status.State === "running");
    return {
      name: Spec.Name,
      wanted: isJob ? undefined : (ServiceStatus?.DesiredTasks ?? 0),
      running: own.map((task) => ({ task: task.ID, node: names.get(task.NodeID ?? "") ?? "" })),
    };
  });
  return { nodes: all, services: found.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function swarmNode({ ID, Spec, Description, Status, ManagerStatus }: NodeAnswer): SwarmNode {
  const labels = Spec.Labels ?? {};
  return {
    id: ID,
    name: Description.Hostname ?? ID,
    role: Spec.Role,
    ...(ManagerStatus ? { reachable: ManagerStatus.Reachability === "reachable" } : {}),
    state: Status.State,
    availability: Spec.Availability,
    pool: labels["storm.pool"],
    site: labels["storm.site"],
  };
}
