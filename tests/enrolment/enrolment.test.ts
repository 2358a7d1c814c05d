import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { consulConfig } from "../../boot/consul";
import { elasticNodeConfig, nodeConfig, OWN_ADDRESS } from "../../boot/node-config";
import { ensureConsul } from "../../lab/binaries/consul";
import { cacheFolder } from "../../tools/paths";
import { planOf } from "../boot/support";
import { cluster } from "./cluster";

/** Where Consul has to be built first, that takes some minutes. */
const TIMEOUT_MS = 900_000;

let consul: string;
beforeAll(async () => {
  consul = await ensureConsul(cacheFolder(), () => undefined);
}, TIMEOUT_MS);

/** Consul's word on a configuration, and its exit code. */
function validated(config: object) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "storm-consul-")), "node.json");
  fs.writeFileSync(file, JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync(consul, ["validate", file], { encoding: "utf8" });
  fs.rmSync(path.dirname(file), { recursive: true });
  return { status, said: stdout + stderr };
}

test.each(["storm.example.com", "storm.localhost", "node.example.com", "prod.example.com"])(
  "Consul takes the configuration of manager, worker and elastic node under %s",
  (hostname) => {
    const plan = planOf(
      `Hostname: ${hostname}\nAWS: {region: eu-west-1, pools: [{name: m, count: 3, size: small, role: manager}, ` +
        "{name: g, count: 1, size: small, role: worker}, {name: web, count: 2..4, size: small, role: worker}]}\n",
      "prod",
    );
    const identities = [
      ...plan.nodes.map((node) => nodeConfig(plan, node)),
      ...plan.pools.filter((pool) => pool.elastic).map((pool) => elasticNodeConfig(plan, pool)),
    ];
    for (const node of identities) {
      const address = node.mesh.address === OWN_ADDRESS ? "100.64.0.1" : node.mesh.address;
      const config = consulConfig({ ...node, name: "a-1", mesh: { ...node.mesh, address } });
      // What comes with the secrets.
      const secrets = { tls: { defaults: { verify_outgoing: true } } };
      const { status, said } = validated(node.consul.server ? config : { ...config, ...secrets });
      expect(status === 0 ? "" : said).toBe("");
    }
  },
);

test("elastic nodes enrol with a real Consul, and neither a pool's token nor a node's does anything else", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-enrolment-"));
  const file = path.join(folder, "cluster.json");
  fs.writeFileSync(file, JSON.stringify(cluster()));
  try {
    const done = spawnSync("python3", ["-B", "-m", "unittest", "discover", "-s", __dirname, "-p", "test_*.py"], {
      encoding: "utf8",
      timeout: 290_000,
      env: { ...process.env, STORM_TEST_CONSUL: consul, STORM_TEST_CLUSTER: file },
    });
    // unittest reports on standard error; it is the message that a failure needs
    expect(done.status === 0 ? "passed" : done.stderr).toBe("passed");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);
