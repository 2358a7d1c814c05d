import * as fs from "node:fs";
import * as path from "node:path";
import { FolderBackend } from "../../tools/backend";
import { runProcesses } from "../../tools/processes";
import { eventually, type LabCluster, notYet, root, run } from "./lab";

/** Volumes of this machine that no container has: those of other clusters come and go, so it is looked at twice. */
export async function unusedVolumes(): Promise<string[]> {
  return listed("volume", "ls", "-q", "--filter", "dangling=true");
}

/** What a run that has ended must not leave: containers, networks, volumes, locks, pending operations, processes. */
export async function nothingLeftOver(lab: LabCluster, unusedBefore: readonly string[]): Promise<void> {
  const nodes = lab.nodes.map(({ name }) => lab.container(name));
  const wanted = [...nodes, lab.container("load-balancer"), lab.container("image-cache")].sort();
  const named = ["--filter", `name=storm-${lab.stack}-`, "--format"];
  expect((await listed("ps", "-a", ...named, "{{.Names}}")).sort()).toEqual(wanted);
  expect(await listed("network", "ls", ...named, "{{.Name}}")).toHaveLength(1);
  // Under the label of an earlier cluster of this stack too.
  const clusters = await listed("ps", "-a", ...named, '{{.Label "storm.cluster"}}');
  expect([...new Set(clusters)]).toEqual([lab.clusterId]);
  await noMoreUnusedVolumes(unusedBefore);
  await nothingOfRuns(lab.stack);
  expect((await new FolderBackend().state(lab.stack))?.pendingOperations).toBe(0);
}

/** After `npm stop`. */
export async function nothingAtAll(lab: LabCluster, unusedBefore: readonly string[]): Promise<void> {
  for (const what of [
    ["ps", "-aq"],
    ["network", "ls", "-q"],
  ]) {
    for (const filter of [`name=storm-${lab.stack}-`, `label=storm.cluster=${lab.clusterId}`])
      expect(await listed(...what, "--filter", filter)).toEqual([]);
  }
  await noMoreUnusedVolumes(unusedBefore);
  await nothingOfRuns(lab.stack);
  expect(await new FolderBackend().state(lab.stack)).toBeUndefined();
}

async function nothingOfRuns(stack: string): Promise<void> {
  expect(await new FolderBackend().locks(stack)).toEqual([]);
  expect(fs.existsSync(path.join(root, ".storm", `run-${stack}.json`))).toBe(false);
  expect(runProcesses(root).filter(({ run: { kind } }) => kind === stack)).toEqual([]);
}

async function noMoreUnusedVolumes(before: readonly string[]): Promise<void> {
  await eventually(10, "no more unused volumes than before", async () => {
    const more = (await unusedVolumes()).filter((name) => !before.includes(name));
    return more.length === 0 ? true : notYet(more);
  });
}

async function listed(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run("docker", args);
  if (code !== 0) throw new Error(stderr);
  return stdout.split("\n").filter((line) => line !== "");
}
