import * as fs from "node:fs";
import * as path from "node:path";
import type { ClusterStatus } from "../../../cli/status/assess";
import { type Done, type LabCluster, root, run } from "../lab";
import { nodeIn, RIGHT_SECONDS, statusIsWhole, statusSays } from "../status-look";

/** `storm status` and the other commands that only look, on the cluster as it is and as it goes wrong; that of dead nodes is with `failures`. */
export function status(lab: LabCluster): void {
  const replicas = (found: ClusterStatus) => found.services.find(({ name }) => name === "demo_guestbook");

  test("a whole cluster is OK: four columns a node, replicas, days left of certificates, and the sum", async () => {
    const found = await statusIsWhole(lab);
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
      const found = await statusSays(lab, "a stray node", RIGHT_SECONDS, (each) => nodeIn(each, "stray") !== undefined);
      expect(nodeIn(found, "stray")).toMatchObject({ declared: "no", exists: "yes", joined: "no", healthy: "no" });
      expect(found.problems).toEqual(["stray: nobody declared this node: it is not in Pulumi's state"]);
      expect([found.health, found.healthyNodes, found.wantedNodes]).toEqual(["DEGRADED", 3, 3]);
    } finally {
      await run("docker", ["rm", "-f", name]);
    }
    await statusIsWhole(lab);
  });

  test("a certificate near its end is told, as the ingress shows it", async () => {
    const { hostname } = new URL(lab.url);
    const onAll = async (script: string) => {
      const done = await Promise.all(lab.nodes.map(({ name }) => lab.on(name, `cd /etc/storm/ingress && ${script}`)));
      expect(done.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(lab.nodes.map(() => ""));
    };
    const subject = `-subj /CN=${hostname} -addext subjectAltName=DNS:${hostname}`;
    const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ending.key";
    try {
      await onAll(
        `cp -p certificates.yml certificates.kept && openssl req -x509 ${key} -out ending.crt -days 3 ${subject} 2>&1 && ` +
          "sed 's,/demo[.],/ending.,g' certificates.kept >ending.new && mv ending.new certificates.yml",
      );
      const problem = `certificate at ${hostname} ends in 2 days: docs/https.md says what renews it`;
      const found = await statusSays(lab, "a certificate near its end", RIGHT_SECONDS, ({ problems }) =>
        problems.includes(problem),
      );
      expect([found.health, found.problems]).toEqual(["DEGRADED", [problem]]);
    } finally {
      await onAll("mv certificates.kept certificates.yml && rm -f ending.*");
    }
    await statusIsWhole(lab);
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
      const found = await statusSays(
        lab,
        "an unhealthy service",
        RIGHT_SECONDS,
        (each) => replicas(each)?.running === 1,
      );
      expect(found.problems).toEqual(["demo_guestbook: 1 of 2 replicas run"]);
    } finally {
      await lab.on(node, `docker unpause ${first}`);
    }
    await statusIsWhole(lab);
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
