import * as path from "node:path";
import { eventually, type LabCluster, notYet, run } from "../lab";

/** Containers that a node starts one after another, then so many times a few side by side. */
const SINGLE = 18;
const ROUNDS = 6;
const SIDE_BY_SIDE = 3;
const LIMIT_MS = 1000;

/** Every container with an exposed port is in Consul's catalog at once, and out of it when it is gone. */
export function registration(lab: LabCluster): void {
  test(`in Consul within ${LIMIT_MS} ms of its start (p99), on every node, some side by side`, async () => {
    const image = await lab.on("local-1", "docker ps --filter name=ingress_traefik --format '{{.Image}}'");
    const plan = [...Array<number>(SINGLE).fill(1), ...Array<number>(ROUNDS).fill(SIDE_BY_SIDE)];
    const program = path.join(__dirname, "..", "registration_times.py");
    const times: number[] = [];
    // One node after another: they share this machine's processors.
    for (const { name } of lab.nodes) {
      await run("docker", ["cp", program, `${lab.container(name)}:/var/tmp/`]);
      const work = `python3 /var/tmp/${path.basename(program)} ${image.stdout.trim()} ${plan.join(" ")}`;
      const { code, stdout, stderr } = await lab.on(name, work, 300);
      if (code !== 0) throw new Error(`${name}: ${stdout}${stderr}`);
      times.push(...(JSON.parse(stdout) as number[]));
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? NaN;
    const words = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms of ${times.length} starts`;
    console.info(`registration: ${words}`);
    expect(times.length).toBeGreaterThanOrEqual(100);
    expect(at(0.99)).toBeLessThanOrEqual(LIMIT_MS);

    await eventually(5, "probes out of Consul", async () => {
      const { stdout } = await lab.on("local-1", "curl -s http://127.0.0.1:8500/v1/catalog/services");
      return stdout.includes("probe-") ? notYet(stdout) : true;
    });
  });
}
