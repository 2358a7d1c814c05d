import { LABELS, listContainers } from "../../lab/local/containers";
import type { Docker } from "../../lab/local/docker";
import type { Power } from "./facts";

/**
 * The nodes of a cluster among this machine's containers, whoever made them.
 * @param prefix of the names of their containers
 * @returns undefined when there is nothing of the cluster here: then its nodes are another machine's
 */
export async function localMachines(
  docker: Docker,
  cluster: string,
  prefix: string,
): Promise<Map<string, Power> | undefined> {
  const all = await listContainers(docker, { label: [`${LABELS.cluster}=${cluster}`] });
  if (all.length === 0) return undefined;
  const nodes = all.filter(({ Labels }) => Labels?.[LABELS.kind] === "node");
  return new Map(
    nodes.map(({ Names, State }): [string, Power] => {
      const name = (Names[0] ?? "").replace(/^\//, "");
      return [name.startsWith(prefix) ? name.slice(prefix.length) : name, State === "running" ? "running" : "stopped"];
    }),
  );
}
