import { eventually, type LabCluster, notYet, run } from "../lab";
import { urnOf } from "../state";

/** Keys are replaced while everything runs. */
export function rotation(lab: LabCluster): void {
  const keys = ["docker-ca-key", "secrets-tokens", "secrets-gossip", "consul-ca-key"];
  test.each(keys)("replacing %s restarts no task and replaces no node", async (key) => {
    const before = await running(lab);
    const certificate = (await lab.outputs()).clientCertificate;
    const urn = await urnOf(lab, key);
    const done = await lab.pulumi("up", "--yes", "--skip-preview", "--replace", urn);
    expect(`${done.code} ${done.stderr}`).toBe("0 ");
    expect(await running(lab)).toEqual(before);
    if (key === "docker-ca-key") {
      expect((await lab.outputs()).clientCertificate).not.toEqual(certificate);
      // The certificate that was handed out before is of the old authority now.
      await eventually(20, "the old client certificate is refused", async () => {
        const { code, stdout } = await lab.docker("version", "--format", "{{.Server.Version}}");
        return code === 0 ? notYet(stdout) : true;
      });
    }
    expect((await lab.fetch(`${lab.url}/`)).status).toBe("200");
    expect((await lab.on("local-2", "consul members")).stdout.match(/ alive /g)).toHaveLength(3);
    const denied = await lab.on(
      "local-1",
      "journalctl -u storm-registrator -u storm-joiner --since -10s -o cat | grep -c 403",
    );
    expect(denied.stdout.trim()).toBe("0");
  });

  test("replacing the registry's authority starts the registry anew, and nodes go on pulling from it", async () => {
    const done = await lab.pulumi("up", "--yes", "--skip-preview", "--replace", await urnOf(lab, "registry-ca-key"));
    expect(`${done.code} ${done.stderr}`).toBe("0 ");
    const image = await lab.on(
      "local-1",
      "docker service inspect demo_guestbook -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}'",
    );
    for (const { name } of lab.nodes)
      expect((await lab.on(name, `docker pull -q ${image.stdout.trim()}`)).stderr).toBe("");
  });
}

/** The nodes' own containers and those of all tasks, with their ids and when they were started. */
async function running(lab: LabCluster): Promise<string[]> {
  const started = "{{.Id}} {{.State.StartedAt}}";
  const task = '{{index .Config.Labels "com.docker.swarm.task.id"}}';
  const looks = lab.nodes.map(async ({ name }) => {
    const node = await run("docker", ["inspect", "-f", started, lab.container(name)]);
    const inside = await lab.on(name, `docker inspect -f '${started} ${task}' $(docker ps -q) | sort`);
    // Each node runs the ingress at least: an empty list would prove nothing.
    expect(inside.stdout).toMatch(/^[0-9a-f]{64} \S+ [0-9a-z]{25}$/m);
    return `${node.stdout}${node.stderr}${inside.stdout}${inside.stderr}`;
  });
  return Promise.all(looks);
}
