import * as fs from "node:fs";
import * as path from "node:path";
import { type LabCluster, run } from "../lab";
import { nameOf, plainText, resources } from "../state";

/** Who gets in, and who does not. */
export function access(lab: LabCluster): void {
  test("the page is served with a certificate of the cluster's authority, and HTTP leads to it", async () => {
    const { hostname, port } = new URL(lab.url);
    const page = await lab.fetch(`${lab.url}/`);
    expect(page.status).toBe("200");
    expect(page.body).toContain("<html");
    const connect = `127.0.0.1:${port || "443"}`;
    const verify = ["s_client", "-connect", connect, "-servername", hostname, "-verify_hostname", hostname];
    const { stderr } = await run("sh", ["-c", `openssl ${verify.join(" ")} -CAfile ${lab.ca} -brief </dev/null`], 20);
    expect(stderr).toContain("Verification: OK");
    const http = (await lab.outputs()).nodes as { address: string }[];
    const plain = [
      "--resolve",
      `${hostname}:80:${http[0]?.address ?? ""}`,
      "-o",
      "/dev/null",
      "-w",
      "%{http_code} %{redirect_url}",
    ];
    const { stdout } = await run("curl", ["-s", "-m", "10", ...plain, `http://${hostname}/`], 20);
    expect(stdout).toBe(`301 ${lab.url}/`);
  });

  test("docker with the handed-out certificates lists the managers, all Ready", async () => {
    const { stdout, stderr } = await lab.docker("node", "ls", "--format", "{{.Status}} {{.ManagerStatus}}");
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n").sort()).toEqual(["Ready Leader", "Ready Reachable", "Ready Reachable"]);
  });

  test("a node that misses three beats of 3 s is down", async () => {
    const { stdout } = await lab.docker("info", "--format", "{{.Swarm.Cluster.Spec.Dispatcher.HeartbeatPeriod}}");
    expect(stdout.trim()).toBe("3s");
  });

  test("Swarm's nodes carry labels from pool, role, site and size", async () => {
    for (const { name, role } of lab.nodes) {
      const { stdout } = await lab.docker("node", "inspect", name, "--format", "{{json .Spec.Labels}}");
      expect(JSON.parse(stdout)).toMatchObject({
        "storm.node": name,
        "storm.pool": "local/local",
        "storm.role": role,
        "storm.site": "local",
        "storm.size": "small",
      });
    }
  });

  test.each(["none", "of another authority", "expired"])("the Docker API refuses a certificate: %s", async (which) => {
    const folder = path.join(lab.folder, `docker-${which.replace(/ /g, "-")}`);
    fs.mkdirSync(folder, { recursive: true });
    const outputs = await lab.outputs();
    fs.writeFileSync(path.join(folder, "ca.pem"), String(outputs.caCertificate));
    const args = ["--cacert", path.join(folder, "ca.pem"), "-sS", "-m", "10"];
    if (which !== "none") {
      await makeCertificate(lab, folder, which === "expired");
      args.push("--cert", path.join(folder, "cert.pem"), "--key", path.join(folder, "key.pem"));
    }
    const done = await run("curl", [...args, `${lab.dockerHost.replace("tcp", "https")}/version`], 20);
    expect(done.stdout).toBe("");
    expect(done.stderr).toMatch(/certificate required|unknown ca|certificate expired|alert/i);
    expect(done.code).not.toBe(0);
  });

  test("the Docker API is not open without TLS", async () => {
    const done = await run("curl", ["-s", "-m", "5", `${lab.dockerHost.replace("tcp", "http")}/version`], 10);
    expect(done.code).not.toBe(0);
    expect(done.stdout).not.toContain("ApiVersion");
  });

  test("Consul: three servers alive; an anonymous KV read is denied", async () => {
    const members = await lab.on("local-2", "consul members");
    expect(members.stdout.match(/ alive +server /g)).toHaveLength(3);
    const { stdout } = await lab.on(
      "local-2",
      "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8500/v1/kv/storm/nodes",
    );
    expect(stdout).toBe("403");
  });

  test("Consul's HTTPS answers with the operators' token, and nobody without one", async () => {
    const { address, token } = (await lab.outputs()).consul as { address: string; token: string };
    const status = async (path: string, ...headers: string[]) => {
      const more = headers.flatMap((header) => ["-H", header]);
      return (await lab.fetch(`${address}/v1/${path}`, 10, more)).status;
    };
    const ours = `X-Consul-Token: ${token}`;
    expect(await status("catalog/nodes", ours)).toBe("200");
    expect(await status("kv/storm/swarm/join/manager?raw", ours)).toBe("403");
    expect(await status("catalog/nodes")).toBe("403");
    expect(await status("catalog/services?token=")).toBe("403");
    expect(await status("catalog/nodes", "X-Consul-Token;")).toBe("403");
    expect(await status("catalog/nodes", "Authorization: Bearer ")).toBe("403");
    // The first would be none to Consul, the second passes whoever looks at the last.
    expect(await status("catalog/nodes", "X-Consul-Token;", "X-Consul-Token: guess")).toBe("403");
    // Consul's name for who has no token is a token, one that may see nothing.
    const anonymous = await lab.fetch(`${address}/v1/catalog/nodes`, 10, ["-H", "X-Consul-Token: anonymous"]);
    expect(`${anonymous.status} ${anonymous.body}`).toBe("200 []");
    expect(await status("kv/storm/swarm/join/manager?raw")).toBe("403");
  });

  test("a worker's token, which Consul's HTTPS lets in, has no right over the managers' agents", async () => {
    const { address } = (await lab.outputs()).consul as { address: string };
    const token = (await lab.on("local-1", "cat /etc/storm/tokens/node")).stdout.trim();
    const status = async (path: string, ...more: string[]) =>
      (await lab.fetch(`${address}/v1/${path}`, 10, ["-H", `X-Consul-Token: ${token}`, ...more])).status;
    expect(await status("kv/storm/nodes")).toBe("200");
    for (const path of ["leave", "reload", "force-leave/local-3", "join/192.0.2.1"])
      expect([path, await status(`agent/${path}`, "-X", "PUT")]).toEqual([path, "403"]);
    expect(await status("agent/token/agent", "-X", "PUT", "-d", '{"Token": "x"}')).toBe("403");
  });

  test("a Consul agent joins with the gossip key, and with a wrong one it cannot", async () => {
    const agent = (key: string) =>
      [
        "mesh=$(jq -r .mesh.address /etc/storm/node.json)",
        "d=$(mktemp -d)",
        // It leaves in good order when its time is over.
        'timeout -s INT 6 consul agent -data-dir "$d" -node guest -datacenter "$(jq -r .datacenter /etc/storm/node.json)"' +
          ' -bind "$mesh" -serf-lan-port 18301 -http-port -1 -dns-port -1 -grpc-port -1 -server=false' +
          ` -encrypt "${key}" -retry-join "$mesh:8301" 2>&1 || true`,
        'rm -rf "$d"',
      ].join("; ");
    const wrong = await lab.on("local-1", agent("$(consul keygen)"), 30);
    expect(wrong.stdout).toMatch(/failed to join/i);
    expect(wrong.stdout).not.toContain("(LAN) joined");
    expect((await lab.on("local-2", "consul members")).stdout).not.toContain("guest");
    const right = await lab.on("local-1", agent("$(jq -r .encrypt /etc/consul.d/secrets.json)"), 30);
    expect(right.stdout).toContain("(LAN) joined");
  });

  test("storm env points a Docker client at the cluster", async () => {
    const script = `eval "$(node tools/bootstrap.js env ${lab.stack})" && docker node ls --format '{{.Hostname}}' && ls -l "$DOCKER_CERT_PATH"`;
    const { stdout, stderr } = await run("sh", ["-c", script], 30, { DOCKER_HOST: "" });
    expect(`${stdout.split("\n").slice(0, 3).sort().join(" ")} ${stderr}`).toBe("local-1 local-2 local-3 ");
    expect(stdout.match(/^-rw------- .*(ca|cert|key)\.pem$/gm)).toHaveLength(3);
  });
}

/** A client certificate that must be refused: of a stranger, or of the right authority and past its end. */
async function makeCertificate(lab: LabCluster, folder: string, expired: boolean): Promise<void> {
  const file = (name: string) => path.join(folder, name);
  const sh = async (command: string) => {
    const done = await run("sh", ["-ec", command], 30);
    if (done.code !== 0) throw new Error(done.stderr);
  };
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  if (expired) {
    const all = await resources(lab, "--show-secrets");
    const output = (name: string, property: string) => {
      const value = all.find((each) => nameOf(each) === name)?.outputs?.[property];
      return plainText(value) ?? String(value);
    };
    fs.writeFileSync(file("ca-cert.pem"), output("docker-ca-cert", "certPem"));
    fs.writeFileSync(file("ca-key.pem"), output("docker-ca-key", "privateKeyPem"), { mode: 0o600 });
  } else {
    await sh(`openssl req -x509 ${key} -keyout ${file("ca-key.pem")} -out ${file("ca-cert.pem")} -subj /CN=stranger`);
  }
  await sh(`openssl req ${key} -keyout ${file("key.pem")} -out ${file("csr.pem")} -subj /CN=operator`);
  const dir = file("db");
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, "index.txt"), "");
  fs.writeFileSync(
    file("ca.cnf"),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${dir}/index.txt\nnew_certs_dir=${dir}\ndefault_md=sha256\nrand_serial=yes\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nextendedKeyUsage=clientAuth\n`,
  );
  const dates = expired ? "-startdate 20200101000000Z -enddate 20200102000000Z" : "-days 1";
  await sh(
    `openssl ca -batch -config ${file("ca.cnf")} -cert ${file("ca-cert.pem")} -keyfile ${file("ca-key.pem")} ${dates} -in ${file("csr.pem")} -out ${file("cert.pem")} -notext`,
  );
}
