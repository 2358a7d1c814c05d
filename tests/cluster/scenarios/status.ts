import * as fs from "node:fs";
import * as path from "node:path";
import type { ClusterStatus } from "../../../cli/status/assess";
import { leadersOf } from "./failures";
import { type Done, eventually, type LabCluster, notYet, root, run } from "../lab";

/** Seconds within which `storm status` has to be right. */
const RIGHT_SECONDS = 15;
const LEADER = "the leader of the swarm";
/** Until a node that was away is back, its tasks among them. */
const BACK_SECONDS = 90;

/** `storm status` and the other commands that only look, on the cluster as it is and as it goes wrong. */
export function status(lab: LabCluster): void {
  const look = async (): Promise<{ code: number; found: ClusterStatus }> => {
    const { code, stdout, stderr } = await lab.storm(["status", lab.stack, "--json"], 60);
    if (stdout === "") throw new Error(stderr);
    return { code, found: JSON.parse(stdout) as ClusterStatus };
  };
  /** Waits for a look in which `right` is so. */
  const seen = (what: string, seconds: number, right: (found: ClusterStatus) => boolean) =>
    eventually(seconds, what, async () => {
      const { code, found } = await look();
      expect(code).toBe(found.health === "OK" ? 0 : 1);
      return right(found) ? found : notYet(found);
    });
  const whole = () => seen("a whole cluster", BACK_SECONDS, ({ health }) => health === "OK");
  const nodeIn = (found: ClusterStatus, name: string) => found.nodes.find((node) => node.name === name);
  const replicas = (found: ClusterStatus) => found.services.find(({ name }) => name === "demo_guestbook");

  test("a whole cluster is OK: four columns a node, replicas, days left of certificates, and the sum", async () => {
    const found = await whole();
    expect(found.nodes.map(({ name }) => name)).toEqual(lab.nodes.map(({ name }) => name));
    for (const node of found.nodes)
      expect(node).toMatchObject({ declared: "yes", exists: "yes", joined: "yes", healthy: "yes", notes: [] });
    expect(replicas(found)).toEqual({ name: "demo_guestbook", running: 2, wanted: 2 });
    const { hostname } = new URL(lab.url);
    const shown = found.certificates.find(({ name }) => name === `at ${hostname}`);
    expect(shown?.daysLeft).toBeGreaterThan(300);
    expect(found.certificates.map(({ name }) => name)).toEqual(expect.arrayContaining(["docker-client", "consul-ca"]));
    const { code, stdout } = await lab.storm(["status", lab.stack]);
    expect(stdout).toMatch(/\nCluster health: OK \(3\/3\)\n$/);
    expect(code).toBe(0);
  });

  test("a node that was made outside of Pulumi is listed as such", async () => {
    const name = lab.container("stray");
    const { stdout: image } = await run("docker", ["inspect", "-f", "{{.Image}}", lab.container("local-1")]);
    const labels = ["--label", `storm.cluster=${lab.clusterId}`, "--label", "storm.kind=node"];
    const made = await run("docker", [
      "run",
      "-d",
      "--name",
      name,
      ...labels,
      "--entrypoint",
      "sleep",
      image.trim(),
      "300",
    ]);
    expect(made.stderr).toBe("");
    try {
      const found = await seen("a stray node", RIGHT_SECONDS, (each) => nodeIn(each, "stray") !== undefined);
      expect(nodeIn(found, "stray")).toMatchObject({ declared: "no", exists: "yes", joined: "no", healthy: "no" });
      expect(found.problems).toEqual(["stray: nobody declared this node: it is not in Pulumi's state"]);
      expect([found.health, found.healthyNodes, found.wantedNodes]).toEqual(["DEGRADED", 3, 3]);
    } finally {
      await run("docker", ["rm", "-f", name]);
    }
    await whole();
  });

  test("a container that is not healthy is no running replica", async () => {
    const placed = await lab.docker(
      "service",
      "ps",
      "demo_guestbook",
      "-f",
      "desired-state=running",
      "--format",
      "{{.Node}}",
    );
    const node = placed.stdout.split("\n")[0] ?? "";
    const first = "$(docker ps -q --filter name=demo_guestbook | head -1)";
    try {
      expect((await lab.on(node, `docker pause ${first}`)).code).toBe(0);
      const found = await seen("an unhealthy service", RIGHT_SECONDS, (each) => replicas(each)?.running === 1);
      expect(found.problems).toEqual(["demo_guestbook: 1 of 2 replicas run"]);
    } finally {
      await lab.on(node, `docker unpause ${first}`);
    }
    await whole();
  });

  test.each(["which leads nothing", LEADER])("a killed node, %s", async (which) => {
    const { swarm, consul } = await leadersOf(lab);
    const other = lab.nodes.find((node) => ![swarm, consul].includes(node.name))?.name ?? "";
    const name = which === LEADER ? swarm : other;
    try {
      await run("docker", ["kill", lab.container(name)]);
      const dead = (found: ClusterStatus) => nodeIn(found, name)?.healthy === "no";
      // Until there is another leader, Swarm answers nobody; and a question may have gone to the manager that was just killed.
      const joined = (found: ClusterStatus) => which === LEADER || nodeIn(found, name)?.joined === "yes";
      const told = (found: ClusterStatus) => dead(found) && found.healthyNodes === 2 && joined(found);
      const found = await seen("a dead node among living ones", RIGHT_SECONDS, told);
      expect(nodeIn(found, name)).toMatchObject({ declared: "yes", exists: "stopped" });
      expect([found.health, found.wantedNodes]).toEqual(["DEGRADED", 3]);
    } finally {
      await run("docker", ["start", lab.container(name)]);
    }
    await lab.whole(60);
    await whole();
  });

  test("`storm ssh` runs a command on a node, by its own host key, and leaves no file", async () => {
    const files = fs.mkdtempSync(path.join(lab.folder, "ssh-"));
    const ssh = (...args: string[]): Promise<Done> =>
      run(process.execPath, [path.join(root, "tools", "bootstrap.js"), "ssh", "-s", lab.stack, ...args], 60, {
        XDG_RUNTIME_DIR: files,
      });
    expect(await ssh("local-2", "--", "hostname")).toMatchObject({ code: 0, stdout: "local-2\n" });
    expect((await ssh("local-2", "--", "exit 7")).code).toBe(7);
    expect((await ssh("local-9")).stderr).toContain("did you mean local-");
    expect(fs.readdirSync(files)).toEqual([]);
  });

  test("`storm logs` prints what a service's tasks have said", async () => {
    const { code, stdout } = await lab.storm(["logs", "demo/guestbook", "-s", lab.stack, "--tail", "5"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^local-\d [0-9a-z]{12} \| .*listening on port 8080$/m);
  });

  test("`storm context` leads the docker client to the cluster, until it is taken away", async () => {
    const config = path.join(lab.folder, "docker-config");
    const name = `storm-${lab.stack}`;
    const context = (...args: string[]): Promise<Done> =>
      run(process.execPath, [path.join(root, "tools", "bootstrap.js"), "context", lab.stack, ...args], 60, {
        DOCKER_CONFIG: config,
      });
    const nodes = () =>
      run("docker", ["--context", name, "node", "ls", "--format", "{{.Hostname}}"], 30, { DOCKER_CONFIG: config });
    for (const again of [1, 2]) expect(`${again}: ${(await context()).code}`).toBe(`${again}: 0`);
    expect((await nodes()).stdout.trim().split("\n").sort()).toEqual(lab.nodes.map((node) => node.name).sort());
    expect((await context("--rm")).code).toBe(0);
    expect((await nodes()).code).not.toBe(0);
  });
}
