import * as fs from "node:fs";
import * as path from "node:path";
import type { LabCluster } from "../lab";

interface Outbound {
  addresses: string[];
  names: string[];
}

const SECONDS = 60;
const SCRIPT = fs.readFileSync(path.join(__dirname, "..", "outbound.py")).toString("base64");

/** Nothing in a cluster speaks to its maker: what leaves the nodes while they work, parts that start among it. */
export function outbound(lab: LabCluster): void {
  test("no connection and no question for a name leaves the cluster, and both would be seen", async () => {
    const probe = "telemetry.example.invalid";
    const watched = lab.nodes.map(({ name }) =>
      lab.on(
        name,
        `echo ${SCRIPT} | base64 -d >/tmp/outbound.py && exec python3 /tmp/outbound.py ${SECONDS}`,
        SECONDS + 30,
      ),
    );
    // What asks for newer versions asks when it starts.
    const last = lab.nodes.at(-1)?.name ?? "";
    await lab.on(
      "local-1",
      "docker service update --force --detach ingress_traefik && docker service update --force --detach registry_registry",
    );
    await lab.on(last, "systemctl restart consul");
    await lab.on(last, `getent hosts ${probe}; curl -s -m 2 http://198.51.100.7/`);
    const seen = (await Promise.all(watched)).map(({ stdout, stderr }): Outbound => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      if (!line.startsWith("{")) throw new Error(`nothing was watched: ${stdout}${stderr}`);
      return JSON.parse(line) as Outbound;
    });
    const names = [...new Set(seen.flatMap((each) => each.names))];
    expect({ addresses: [...new Set(seen.flatMap(({ addresses }) => addresses))], names }).toEqual({
      addresses: ["198.51.100.7:80"],
      names: [probe],
    });
    await lab.whole(120);
  });
}
