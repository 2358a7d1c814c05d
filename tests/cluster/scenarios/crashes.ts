import { type LabCluster, run } from "../lab";
import { stormYml } from "../storm-yml";

/** Moments at which `up` is killed, as shares of the time that the first one took. Few in CI; STORM_CRASHES=10 for the ten. */
const MOMENTS = Number(process.env.STORM_CRASHES ?? 2);

/** SIGKILL in the middle of things. */
export function crashes(lab: LabCluster, firstUpSeconds: () => number): void {
  test(`SIGKILL of up at ${MOMENTS} random moments: npm start converges, nothing is left over`, async () => {
    for (let round = 0; round < MOMENTS; round++) {
      // Every second one is killed while it adds nodes to a cluster that runs.
      const growing = round % 2 === 1;
      if (!growing) expect((await lab.storm(["stop", "--stack", lab.stack])).code).toBe(0);
      const child = lab.startInBackground(stormYml(growing ? 5 : 3));
      const moment = (0.1 + 0.85 * Math.random()) * firstUpSeconds() * (growing ? 0.5 : 1);
      await new Promise((resolve) => setTimeout(resolve, moment * 1000));
      await killTree(child.pid ?? 0);
      console.info(`${growing ? "growth" : "first up"} killed after ${moment.toFixed(1)} s`);
      const done = await lab.start(stormYml(3));
      expect(`${done.code} ${done.stderr}`).toMatch(/^0 /);
      await lab.whole(60);
      const { stdout } = await run("docker", ["ps", "-aq", "--filter", `name=storm-${lab.stack}-`]);
      // Three nodes, load balancer, image cache.
      expect(stdout.trim().split("\n")).toHaveLength(5);
    }
  });

  test("npm stop with a dead node: exit 0, nothing left", async () => {
    await run("docker", ["kill", lab.container("local-2")]);
    const done = await lab.storm(["stop", "--stack", lab.stack], 120);
    expect(`${done.code} ${done.stderr}`).toMatch(/^0 /);
    for (const what of ["ps -aq", "network ls -q"]) {
      const { stdout } = await run("docker", [...what.split(" "), "--filter", `name=storm-${lab.stack}-`]);
      expect(stdout).toBe("");
    }
  });
}

/** The program, the engine and whatever they started, all at once: the worst that can happen to them. */
async function killTree(pid: number): Promise<void> {
  const { stdout } = await run("ps", ["-eo", "pid=,ppid="]);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split("\n")) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const all = [pid];
  for (let index = 0; index < all.length; index++) all.push(...(children.get(all[index] ?? -1) ?? []));
  for (const each of all) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // gone already
    }
  }
}
