import { type LabCluster, run } from "../lab";
import { stormYml } from "../storm-yml";

/** Nodes come and go. */
export function scaling(lab: LabCluster): void {
  test("three nodes to five, and back: the three are untouched, the two leave nothing", async () => {
    const ids = async () =>
      Promise.all(
        ["local-1", "local-2", "local-3"].map(async (name) =>
          (await inspect(lab.container(name), "{{.Id}} {{.State.StartedAt}}")).trim(),
        ),
      );
    expect((await lab.post("before the growth")).status).toMatch(/^20[01]$/);
    const before = await ids();
    const commandsBefore = await commandIds(lab);

    // Four guestbooks, at most one on a node: at least one of them is on a new one, and has to leave it.
    const up = await lab.start(stormYml(5, undefined, 4));
    expect(`${up.code} ${up.stderr}`).toMatch(/^0 /);
    expect(await ids()).toEqual(before);
    expect(lab.nodes.map((node) => node.role)).toEqual(["manager", "manager", "manager", "worker", "worker"]);
    await lab.whole(60);
    const after = await commandIds(lab);
    for (const name of ["enroll-local-1", "enroll-local-2", "enroll-local-3"])
      expect(after[name]).toBe(commandsBefore[name]);

    const format = "{{.Node}} {{.DesiredState}}";
    const { stdout: tasks } = await lab.on("local-1", `docker service ps demo_guestbook --format '${format}'`);
    expect(tasks).toMatch(/local-[45] Running/);
    const down = await lab.start(stormYml(3));
    expect(`${down.code} ${down.stderr}`).toMatch(/^0 /);
    // Drained first: Swarm itself had shut the tasks down, it did not find their node gone.
    const drained = await lab.on("local-1", "docker service ps demo_guestbook --no-trunc --format '{{.CurrentState}}'");
    expect(drained.stdout).not.toMatch(/Orphaned|Unknown|Lost/);
    expect(await ids()).toEqual(before);
    await lab.whole(30);
    expect((await lab.on("local-1", "docker node ls -q")).stdout.trim().split("\n")).toHaveLength(3);
    expect((await lab.on("local-1", "consul members")).stdout).not.toMatch(/local-[45]/);
    expect((await lab.on("local-1", "wg show storm0 peers")).stdout.trim().split("\n")).toHaveLength(2);
    const keys = await lab.on("local-1", "consul kv get -token-file /etc/storm/tokens/controller -recurse -keys ''");
    expect(keys.stdout).toContain("mesh/peers/local/local/local-3");
    expect(keys.stdout).not.toMatch(/local-[45]/);
    const catalog = await lab.on("local-1", "curl -s http://127.0.0.1:8500/v1/catalog/nodes");
    expect(catalog.stdout).toContain("local-3");
    expect(catalog.stdout).not.toMatch(/local-[45]/);
    expect(await inspect(lab.container("local-4"), "{{.Id}}")).toBe("");
    expect(await lab.entries(20)).toContain("before the growth");
  });
}

async function inspect(container: string, format: string): Promise<string> {
  return (await run("docker", ["inspect", "-f", format, container])).stdout.trim();
}

/** Ids of commands: a command that ran again because its inputs changed keeps its id, one that was replaced does not. */
async function commandIds(lab: LabCluster): Promise<Record<string, string>> {
  const { stdout } = await lab.pulumi("stack", "export");
  const state = JSON.parse(stdout) as { deployment: { resources: { urn: string; id?: string; modified?: string }[] } };
  return Object.fromEntries(
    state.deployment.resources.map((each) => [each.urn.split("::").pop() ?? "", `${each.id} ${each.modified}`]),
  );
}
