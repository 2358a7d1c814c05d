import * as fs from "node:fs";
import * as path from "node:path";
import type { Done, LabCluster } from "../lab";

interface Outbound {
  addresses: string[];
  names: string[];
}

const SECONDS = 60;
const SCRIPT = fs.readFileSync(path.join(__dirname, "..", "outbound.py")).toString("base64");

/**
 * Nothing in a cluster speaks to its maker: what leaves the nodes while they work, parts that start among it.
 * @returns the test for the end of the watch; what is done to the cluster until then is watched, too
 */
export function outbound(lab: LabCluster): () => void {
  const probe = "telemetry.example.invalid";
  let watched: Promise<Done>[] = [];

  test("parts start anew, which is when such things ask for newer versions", async () => {
    watched = lab.nodes.map(({ name }) =>
      lab.on(
        name,
        `echo ${SCRIPT} | base64 -d >/tmp/outbound.py && exec python3 /tmp/outbound.py ${SECONDS}`,
        SECONDS + 30,
      ),
    );
    const last = lab.nodes.at(-1)?.name ?? "";
    await lab.on(
      "local-1",
      "docker service update --force --detach ingress_traefik && docker service update --force --detach registry_registry",
    );
    await lab.on(last, "systemctl restart consul");
    await lab.on(last, `getent hosts ${probe}; curl -s -m 2 http://198.51.100.7/`);
    await lab.whole(120);
  });

  const end = async () => {
    const seen = (await Promise.all(watched)).map(({ stdout, stderr }): Outbound => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      if (!line.startsWith("{")) throw new Error(`nothing was watched: ${stdout}${stderr}`);
      return JSON.parse(line) as Outbound;
    });
    // A node that pulls an image asks for the registry: Consul's own zone, which goes no further than the node.
    const asked = seen.flatMap((each) => each.names).filter((name) => !name.endsWith(".service.consul"));
    const names = [...new Set(asked)];
    expect({ addresses: [...new Set(seen.flatMap(({ addresses }) => addresses))], names }).toEqual({
      addresses: ["198.51.100.7:80"],
      names: [probe],
    });
  };
  return () => test("no connection and no question for a name left the cluster, and both would have been seen", end);
}
