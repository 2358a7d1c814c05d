/** The seed's own storm.yml, and a mix of all providers, as the real engine plans them. */
import { join } from "node:path";
import { loadAll } from "../../load";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { POLICY, PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start();
  lab.write("docker-compose.yml", [
    "services:",
    "  geth:",
    "    image: ethereum/client-go:v1.13.0",
    '    ports: ["8545"]',
  ]);
});
afterAll(() => lab.stop());

const SEED = `Hostname: storm.example.com
Azure: [5, Medium]
AWS: [3, m3.medium]
DigitalOcean: [2, 1G]
compose:
  geth_cluster:
    file: docker-compose
    scale: 10
`;

const MACHINES = [
  "aws:ec2/instance:Instance",
  "azure-native:compute:VirtualMachine",
  "digitalocean:index/droplet:Droplet",
];

test("the seed's snippet previews word for word, with warnings that say what old words became; the policy pack passes it", async () => {
  const { resources, messages, violations } = await lab.preview(SEED, { stack: "seed", policyPacks: [POLICY] });
  const machines = (type: string) => resources.filter((each) => each.type === type).map(({ name }) => name);
  expect(MACHINES.map((type) => machines(type).length)).toEqual([3, 5, 2]);
  const said = messages.join("\n");
  expect(said).toContain('"Medium" is a retired name; it became medium (Standard_B2s)');
  expect(said).toContain('"m3.medium" is a retired name; it became medium (t3.medium)');
  expect(said).toContain('"1G" is a retired name; it became micro (s-1vcpu-1gb)');
  expect(said).toContain("network.adminCidrs names no network");
  expect(violations).toEqual([]);
  // What the engine is given for the stack is secret, as a whole; it is made from this, of the same file.
  const { stacks } = loadAll({
    ...{ directory: lab.folder, file: "storm.yml", env: "test" },
    ...{ ipvs: true, offline: false, buildDirectory: lab.folder },
  });
  expect(stacks.map(({ name }) => name)).toEqual(["geth-cluster"]);
  expect(stacks[0]?.stack).toMatchObject({ services: { geth: { deploy: { replicas: 10 } } } });
  const commands = resources.filter(({ type }) => type === "command:remote:Command").map(({ name }) => name);
  expect(commands.filter((name) => /^stack-/.test(name)).sort()).toEqual([
    "stack-geth-cluster",
    "stack-ingress",
    "stack-registry",
    // The page that lists the services.
    "stack-storm",
  ]);
});

const EVERYTHING = `Hostname: storm.example.com
AWS:
  region: eu-central-1
  pools:
    - { name: a-man, count: 1, size: medium, role: manager }
    - { name: a-web, count: "2..6", size: medium, role: worker, spot: true }
    - { name: a-data, count: 1, size: large, role: data, volume: 100GB }
    - { name: a-arm, count: 2, size: t4g.medium, role: worker }
Azure:
  region: westeurope
  pools:
    - { name: z-man, count: 1, size: medium, role: manager }
    - { name: z-web, count: "1..4", size: medium, role: worker }
    - { name: z-data, count: 1, size: large, role: data, volume: 50GB }
DigitalOcean:
  region: ams3
  pools:
    - { name: d-man, count: 1, size: medium, role: manager }
    - { name: d-web, count: "1..3", size: medium, role: worker }
    - { name: d-data, count: 1, size: large, role: data, volume: 50GB }
dns: { provider: route53, zone: storm.example.com, create: true }
network: { adminCidrs: [203.0.113.7/32] }
production: true
`;

test("every resource of every cloud passes the policy pack, in production", async () => {
  const { resources, violations } = await lab.preview(EVERYTHING, { stack: "everything", policyPacks: [POLICY] });
  const clouds = resources.filter(({ type }) => /^(aws|azure-native|digitalocean):/.test(type));
  expect(clouds.length).toBeGreaterThan(80);
  expect(violations).toEqual([]);
});

test("10 nodes where 4 may be are refused in validation and by the pack, with the same numbers", async () => {
  const words = "the limit is 4, the cluster has up to 10 nodes";
  const { text } = await lab.failing(`${SEED}limits: { global: { nodes: 4 } }\n`, { stack: "limited" });
  expect(text).toContain(`storm.yml:9:28 limits/global/nodes: ${words}`);
  // Validation would be first: so the pack has the limit from its own configuration.
  lab.write("limits.json", [JSON.stringify({ limits: { global: { nodes: 4 } } })]);
  await lab.preview(SEED, { stack: "limited" });
  const said: string[] = [];
  const onEvent = ({ policyEvent }: EngineEvent): void => void (policyEvent && said.push(policyEvent.message));
  const packs = { policyPacks: [POLICY], policyPackConfigs: [join(lab.folder, "limits.json")] };
  await expect((await lab.stack("limited")).preview({ ...packs, onEvent })).rejects.toThrow();
  expect([...new Set(said.map((message) => message.trim().split("\n").at(-1)))]).toEqual([
    `policy configuration global/nodes: ${words}`,
  ]);
});
