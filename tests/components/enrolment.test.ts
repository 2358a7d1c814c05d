import { aclDocument, type SharedSecrets } from "../../components/acl";
import { elasticDocument, enrolment } from "../../components/enrolment";
import { TOKEN_NAMES } from "../../components/secrets";
import { nodeConfig } from "../../boot/node-config";
import type { NodePlan } from "../../plan/types";
import { planOf } from "../boot/support";

const pems = (name: string) => ({ certPem: `${name} CERT`, keyPem: `${name} KEY`, caPem: `${name} CA` });
const token = (name: string) => ({ accessor: `${name} accessor`, secret: `${name} token` });
const shared: SharedSecrets = {
  gossipKey: "GOSSIP",
  management: token("management"),
  tokens: Object.fromEntries(TOKEN_NAMES.map((name) => [name, token(name)])) as SharedSecrets["tokens"], // one for each
  pools: { "aws-eu-west-1/web": token("pool") },
  consul: pems("consul"),
  dockerApi: pems("docker"),
  registry: pems("registry"),
  ingress: { alpha: pems("alpha") },
  registryHost: "registry.service.consul:5000",
  meshCidr: "100.64.0.0/10",
};
const POOLS = `
    - {name: managers, count: 3, size: small, role: manager}
    - {name: gate, count: 1, size: small, role: worker}`;
const plan = planOf(`Hostname: storm.example.com
AWS:
  region: eu-west-1
  pools:${POOLS}
    - {name: web, count: 2..10, size: small, role: worker}
`);
const nodeOf = (name: string, of = plan) => of.nodes.find((node) => node.name === name) as NodePlan; // each test names one of the plan

interface Document {
  packed: string;
  files: { path: string; content: string; mode: string }[];
  start: string[];
  acl?: object;
}

const documentOf = (name: string, of = plan) => enrolment(of, nodeConfig(of, nodeOf(name, of)), shared) as Document;
const { elastic } = elasticDocument(plan, shared) as {
  elastic: Record<string, { cidr: string; worker: Document }>;
};
const web = elastic["aws-eu-west-1/web"];

test("an elastic node gets exactly what a fixed worker gets, and its pool's token", () => {
  const gate = documentOf("gate-1");
  expect(web?.worker.files.filter(({ path }) => path !== "/etc/storm/tokens/pool")).toEqual(
    gate.files.filter(({ path }) => !path.startsWith("/etc/storm/relay/")),
  );
  expect(web?.worker.files.at(-1)).toEqual({ path: "/etc/storm/tokens/pool", content: "pool token", mode: "0600" });
  expect([web?.worker.packed, web?.worker.start]).toEqual([
    gate.packed,
    gate.start.filter((unit) => unit !== "storm-relay.service"),
  ]);
  expect(web?.cidr).toBe(plan.pools.find((pool) => pool.elastic)?.meshCidr);
});

test("nothing of a manager's is among it", () => {
  const text = JSON.stringify(web);
  for (const kept of ["management token", "controller token", "consul KEY", "docker KEY"])
    expect(text).not.toContain(kept);
});

test("a fixed node without a Consul server relays where elastic nodes enrol, and only there", () => {
  const relay = (document: Document) => [
    document.files.some(({ path }) => path === "/etc/storm/relay/haproxy.cfg"),
    document.start.includes("storm-relay.service"),
  ];
  const far = planOf(`Hostname: storm.example.com
AWS:
  region: eu-west-1
  pools:
    - {name: managers, count: 3, size: small, role: manager, region: eu-central-1}
    - {name: gate, count: 1, size: small, role: worker}
    - {name: web, count: 2..10, size: small, role: worker}
`);
  expect(relay(documentOf("gate-1", far))).toEqual([true, true]);
  // Where the site has managers, elastic nodes go to them.
  expect(relay(documentOf("gate-1"))).toEqual([false, false]);
  expect(relay(documentOf("managers-1"))).toEqual([false, false]);
  const fixed = planOf(`Hostname: storm.example.com\nAWS:\n  region: eu-west-1\n  pools:${POOLS}\n`);
  expect(relay(documentOf("gate-1", fixed))).toEqual([false, false]);
  expect(elasticDocument(fixed, shared)).toEqual({});
});

test("managers alone have the Docker API's proxy, its configuration, and what tells it who is revoked, and people's VPN", () => {
  const proxied = (document?: Document) => [
    document?.start.filter((unit) => /docker-api|credentials|vpn/.test(unit)),
    document?.files.some(({ path }) => path === "/etc/storm/docker-api/haproxy.cfg"),
  ];
  const units = ["storm-docker-api.service", "storm-credentials.service"];
  expect(proxied(documentOf("managers-1"))).toEqual([[...units, "storm-vpn.service"], true]);
  expect(proxied(documentOf("gate-1"))).toEqual([[], false]);
  expect(proxied(web?.worker)).toEqual([[], false]);
  // Without encryption the mesh knows nobody by a key.
  const plain = planOf("network: {mesh: off}\nLocal: [1, small]");
  expect(proxied(documentOf("local-1", plain))).toEqual([units, true]);
});

test("each pool has a policy of its own, and its token no other", () => {
  const { policies, tokens } = aclDocument(shared);
  expect(policies.at(-1)?.name).toBe("storm-pool-aws-eu-west-1_web");
  expect(tokens.at(-1)).toEqual({
    accessor: "pool accessor",
    secret: "pool token",
    description: "storm:pool aws-eu-west-1/web",
    policies: ["storm-pool-aws-eu-west-1_web"],
  });
});
