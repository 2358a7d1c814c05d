import type { Docker } from "../lab/local/docker";
import type { StackState } from "../tools/backend";

interface ContainerRow {
  Id: string;
  State: string;
}

const labelOf = (cluster: string) => ({ label: [`storm.cluster=${cluster}`] });

function containersOf(docker: Docker, cluster: string): Promise<ContainerRow[]> {
  return docker.get<ContainerRow[]>("/containers/json", { all: true, filters: labelOf(cluster) });
}

/** True when the state says that containers run which do not: only a refresh tells the engine. */
export async function someNodeIsDown(docker: Docker, state: StackState | undefined): Promise<boolean> {
  if (state === undefined || state.containers === 0) return false;
  const found = await Promise.all(state.clusters.map((cluster) => containersOf(docker, cluster)));
  const running = found.flat().filter((container) => container.State === "running");
  return running.length < state.containers;
}

/** Removes whatever carries the label of one of these clusters; how many things that were. */
export async function removeLeftovers(docker: Docker, clusters: readonly string[]): Promise<number> {
  let removed = 0;
  for (const cluster of clusters) {
    for (const { Id } of await containersOf(docker, cluster)) {
      await docker.delete(`/containers/${Id}`, { force: true, v: true });
      removed++;
    }
    for (const { Id } of await docker.get<{ Id: string }[]>("/networks", { filters: labelOf(cluster) })) {
      await docker.delete(`/networks/${Id}`);
      removed++;
    }
    const { Volumes } = await docker.get<{ Volumes: { Name: string }[] | null }>("/volumes", {
      filters: labelOf(cluster),
    });
    for (const { Name } of Volumes ?? []) {
      await docker.delete(`/volumes/${encodeURIComponent(Name)}`, { force: true });
      removed++;
    }
  }
  return removed;
}
