import { eventually, type LabCluster, notYet } from "../lab";

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

/** Nodes and tasks that run, by their ids. */
async function running(lab: LabCluster): Promise<string[]> {
  const nodes = lab.nodes.map(
    async ({ name }) => (await lab.on(name, "docker ps -q --no-trunc | sort; uptime -s")).stdout,
  );
  return Promise.all(nodes);
}

export async function urnOf(lab: LabCluster, name: string): Promise<string> {
  const { stdout } = await lab.pulumi("stack", "export");
  const state = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
  const urn = state.deployment.resources.map((each) => each.urn).find((each) => each.endsWith(`::${name}`));
  if (urn === undefined) throw new Error(`no resource ${name}`);
  return urn;
}
