import { eventually, type LabCluster, notYet } from "../lab";

/** Names of services, from every node and from a container on every node. */
export function names(lab: LabCluster): void {
  test("registry.service.consul is the volume node's mesh address, wherever it is asked for", async () => {
    const [first] = lab.managers();
    const address = await meshAddress(lab, first ?? "");
    for (const from of await askers(lab)) expect(await from.ask("registry")).toEqual([address]);
  });

  test("a stack's service has the addresses of its tasks", async () => {
    const onEdge = '{{with index .NetworkSettings.Networks "zz-edge"}}{{.IPAddress}}{{end}}';
    const looks = lab.nodes.map(async ({ name }) => {
      const list = "docker ps -q --filter name=demo_guestbook";
      return (await lab.on(name, `${list} | xargs -r docker inspect -f '${onEdge}'`)).stdout.trim().split("\n");
    });
    const wanted = (await Promise.all(looks)).flat().filter((address) => address !== "");
    expect(wanted).toHaveLength(2);
    for (const from of await askers(lab)) {
      await eventually(10, `demo-guestbook at ${from.where}`, async () => {
        const found = await from.ask("demo-guestbook");
        return found.join() === wanted.sort().join() ? true : notYet(found);
      });
    }
  });

  test("a container cannot reach the metadata address", async () => {
    const { stdout } = await lab.on("local-1", "nft list table inet storm");
    expect(stdout).toMatch(/169\.254\.169\.254 .*drop/);
  });
}

/** Who asks: each node itself, and a container on each (the ingress runs everywhere). */
async function askers(lab: LabCluster) {
  const onNodes = lab.nodes.map(async ({ name }) => {
    const { stdout: container } = await lab.on(name, "docker ps -q --filter name=ingress_traefik");
    expect(container).toMatch(/^[0-9a-f]{12}\n$/);
    return [
      { where: name, ask: (service: string) => addresses(lab, name, service) },
      {
        where: `a container of ${name}`,
        ask: (service: string) => addresses(lab, name, service, `docker exec ${container.trim()} `),
      },
    ];
  });
  return (await Promise.all(onNodes)).flat();
}

/** IPv4 addresses of a service of Consul, asked for on a node; `inside` goes before the command. */
export async function addresses(lab: LabCluster, node: string, service: string, inside = ""): Promise<string[]> {
  const { stdout } = await lab.on(node, `${inside}getent ahostsv4 ${service}.service.consul`);
  const found = stdout.split("\n").flatMap((line) => /^[\d.]+/.exec(line)?.[0] ?? []);
  return [...new Set(found)].sort();
}

export async function meshAddress(lab: LabCluster, node: string): Promise<string> {
  return (await lab.on(node, "jq -r .mesh.address /etc/storm/node.json")).stdout.trim();
}
