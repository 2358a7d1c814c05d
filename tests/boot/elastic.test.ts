import * as zlib from "node:zlib";
import * as crypto from "node:crypto";
import { bootFiles, elasticUserDataFiles } from "../../boot/boot-files";
import { elasticUserData } from "../../boot/elastic";
import { elasticNodeConfig } from "../../boot/node-config";
import { poolPolicy, poolPolicyName } from "../../boot/consul";
import { relayFile } from "../../boot/relay";
import { identity, planOf } from "./support";

const STORM = `
Hostname: storm.example.com
AWS:
  region: eu-west-1
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: gate, count: 1, size: small, role: worker}
    - {name: web, count: 2..10, size: medium, role: worker, labels: {tier: front}}
`;
const TWO_SITES = `${STORM}DigitalOcean: {region: fra1, pools: [{name: far, count: 1, size: small, role: worker}]}\n`;

/** As long as the real one, and as little compressible. */
const CA_PEM = [
  "-----BEGIN CERTIFICATE-----",
  Buffer.from(crypto.hkdfSync("sha256", "ca", "", "", 480)).toString("base64"),
  "-----END CERTIFICATE-----",
  "",
].join("\n");

interface CloudConfig {
  [key: string]: unknown;
  write_files: { path: string; content: string; permissions: string }[];
}

function userDataOf(text: string) {
  const plan = planOf(text, "prod");
  const pool = plan.pools.find((each) => each.elastic);
  if (!pool) throw new Error("no elastic pool");
  const userData = elasticUserData({
    plan,
    pool,
    rendezvous: ["10.10.0.4", "10.10.1.4", "10.10.2.4", "10.10.0.5"],
    enrolment: { consulCaPem: CA_PEM, token: "b0000000-0000-8000-8000-000000000001" },
    files: elasticUserDataFiles(bootFiles()),
  });
  return { plan, pool, userData, parsed: JSON.parse(userData.slice("#cloud-config\n".length)) as CloudConfig };
}

const { plan, pool, userData, parsed } = userDataOf(STORM);
const contentOf = (file: string) => parsed.write_files.find(({ path }) => path === file)?.content ?? "";
const settings = JSON.parse(contentOf("/etc/storm/elastic.json")) as {
  publicEndpoint: boolean;
  templates: Record<string, string>;
};
const template = (file: string) => JSON.parse(settings.templates[file] ?? "") as Record<string, unknown>;

test("it is cloud-config that starts one unit, and AWS takes it", () => {
  expect(userData.startsWith("#cloud-config\n")).toBe(true);
  const { write_files, ...rest } = parsed;
  expect(rest).toEqual({
    preserve_hostname: true,
    manage_etc_hosts: false,
    locale: "C.UTF-8",
    disable_root: true,
    ssh_pwauth: false,
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "--no-block", "storm-elastic.service"],
    ],
  });
  expect(write_files.map(({ path, permissions }) => [path, permissions])).toEqual([
    ["/etc/storm/elastic.json", "0644"],
    ["/etc/storm/enrolment.json", "0600"],
    ["/etc/ssh/sshd_config.d/storm.conf", "0644"],
    ["/usr/local/lib/storm/storm-install", "0755"],
    ["/usr/local/lib/storm/storm_acl.py", "0755"],
    ["/usr/local/lib/storm/storm_apply.py", "0755"],
    ["/usr/local/lib/storm/storm_elastic.py", "0755"],
    ["/usr/local/lib/storm/storm_lib.py", "0755"],
    ["/etc/systemd/system/storm-elastic.service", "0644"],
  ]);
  const kib = zlib.gzipSync(userDataOf(TWO_SITES).userData, { level: 9 }).length / 1024;
  process.stdout.write(`user-data of elastic nodes: ${kib.toFixed(1)} KiB compressed\n`);
  expect(kib).toBeLessThanOrEqual(16);
});

test("every script that it starts or imports is there", () => {
  const names = parsed.write_files.map(({ path }) => path);
  for (const { content } of parsed.write_files) {
    for (const [, module] of content.matchAll(/^(?:from|import) (storm_\w+)/gm))
      expect(names).toContain(`/usr/local/lib/storm/${module}.py`);
    if (content.includes("[Service]"))
      for (const [script] of content.matchAll(/\/usr\/local\/lib\/storm\/[\w.-]+/g)) expect(names).toContain(script);
  }
});

test("the templates are a worker's files, but for name and address", () => {
  expect(template("/etc/storm/node.json")).toEqual(elasticNodeConfig(plan, pool));
  expect(template("/etc/storm/node.json")).toMatchObject({
    name: "@NAME@",
    role: "worker",
    pool: "aws-eu-west-1/web",
    elastic: true,
    mesh: { address: "@ADDRESS@" },
    consul: {
      server: false,
      join: plan.nodes.filter((node) => node.role === "manager").map((node) => node.meshAddress),
    },
  });
  expect(template("/etc/consul.d/node.json")).toMatchObject({
    node_name: "@NAME@",
    bind_addr: "@ADDRESS@",
    server: false,
    // By these the controller knows what no list tells it.
    node_meta: {
      elastic: "true",
      pool: "aws-eu-west-1/web",
      role: "worker",
      site: "aws-eu-west-1",
      size: "medium",
      "label-tier": "front",
    },
  });
  expect(template("/etc/docker/daemon.json")).toHaveProperty("dns", ["169.254.1.1"]);
});

test("over several sites a node tells its public address, on one its own", () => {
  const far = JSON.parse(
    userDataOf(TWO_SITES).parsed.write_files.find(({ path }) => path === "/etc/storm/elastic.json")?.content ?? "",
  ) as typeof settings;
  expect([settings.publicEndpoint, far.publicEndpoint]).toEqual([false, true]);
});

test("no secret but the pool's token, and that for root alone", () => {
  const holders = parsed.write_files.filter(({ content }) => content.includes("b0000000-0000")).map(({ path }) => path);
  expect(holders).toEqual(["/etc/storm/enrolment.json"]);
});

test("a pool's policy has a name that Consul takes, and prefixes that end with the pool's name", () => {
  expect(poolPolicyName(pool.key)).toBe("storm-pool-aws-eu-west-1_web");
  expect(poolPolicy(pool.key).split("\n")).toEqual([
    'key_prefix "mesh/" { policy = "read" }',
    'key "storm/nodes" { policy = "read" }',
    'key_prefix "storm/enrol/aws-eu-west-1/web/" { policy = "read" }',
    'key_prefix "storm/claims/aws-eu-west-1/web/" { policy = "write" }',
    'key_prefix "mesh/peers/aws-eu-west-1/web/" { policy = "write" }',
  ]);
});

test("a node that is no manager hands Consul's HTTPS on to those that are", () => {
  const gate = identity(STORM, "gate-1");
  const { path, content, units } = relayFile(gate);
  expect([path, units]).toEqual(["/etc/storm/relay/haproxy.cfg", ["storm-relay.service"]]);
  expect(content).toContain("bind :8501\n");
  expect([...content.matchAll(/^ {2}server manager-\d (\S+):8501$/gm)].map(([, address]) => address)).toEqual(
    gate.consul.join,
  );
  expect(gate.siteCidrs).toEqual([plan.network.siteCidr]);
});
