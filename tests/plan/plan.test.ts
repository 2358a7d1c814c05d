import { printPlan } from "../../plan/print";
import { makePlan } from "../../plan/plan";
import { load } from "../../spec/load";
import { fixtures } from "../spec/fixtures";
import { planOf } from "./plans";

function fixture(name: string): string {
  return fixtures("valid").find((each) => each.name === name)?.text ?? "";
}

test("the default plan", () => {
  expect(planOf(fixture("default"))).toMatchSnapshot();
});

test.each(["default", "seed-short-form", "design-long-form", "everything"])("%s printed", (name) => {
  expect(printPlan(planOf(fixture(name)))).toMatchSnapshot();
});

test.each(fixtures("valid"))("$name: the plan is plain JSON and the same every time", ({ text }) => {
  const plan = planOf(text);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(JSON.stringify(planOf(text))).toBe(JSON.stringify(plan));
});

test("names of services, stacks and the datacenter come from stack, environment and Hostname", () => {
  const plan = planOf(
    "Hostname: storm.example.com\ncompose: {geth_cluster: {file: docker-compose, scale: {geth: 10}}}\n",
    "prod",
  );
  expect(plan.baseDomain).toBe("prod.storm.example.com");
  expect(plan.datacenter).toBe("prod");
  expect(plan.stacks).toEqual([
    {
      name: "geth-cluster",
      file: "docker-compose",
      scale: { geth: 10 },
      domain: "geth-cluster.prod.storm.example.com",
      line: 2,
      column: 11,
    },
  ]);
});

test.each([
  [
    "Prod",
    'stack config storm:env: must be at most 20 lower-case letters, digits and inner "-", got "Prod" (did you mean "prod"?)',
  ],
  [
    "a_b",
    'stack config storm:env: must be at most 20 lower-case letters, digits and inner "-", got "a_b" (did you mean "a-b"?)',
  ],
  ["", 'stack config storm:env: must be at most 20 lower-case letters, digits and inner "-", got ""'],
  [
    "service",
    'stack config storm:env: must not be one of the names that Consul answers for (service, node, query), got "service"',
  ],
])("the environment %p is refused", (env, message) => {
  expect(() => planOf("", env)).toThrow(message);
});

test("volumes go to the first data node, else to the first node", () => {
  expect(planOf("Local: [3, small]").volumeNode).toBe("local-1");
  expect(planOf("Local: {pools: [{name: a, count: 3}, {name: store, count: 2, role: data}]}").volumeNode).toBe(
    "store-1",
  );
});

test("data nodes of a cloud have a disk of their own without asking for it, local ones have none", () => {
  const pools = "{pools: [{name: a, count: 3}, {name: store, count: 2, role: data}]}";
  const disks = (provider: string) => planOf(`${provider}: ${pools}`).pools.map(({ volumeGiB }) => volumeGiB);
  expect(disks("AWS")).toEqual([0, 20]);
  expect(disks("Local")).toEqual([0, 0]);
});

test("costs: fixed and elastic pools, volumes, nothing for this machine", () => {
  const { cost } = planOf(`
AWS:
  pools:
    - {name: base, count: 3, size: small}
    - {name: web, count: 2..10, size: medium}
    - {name: db, count: 1, size: large, role: data, volume: 100GB}
Local: [1, small]
`);
  expect(cost.lines).toEqual([
    { pool: "aws-us-east-1/base", nodes: 3, monthlyUsd: 45.54, maxNodes: 3, maxMonthlyUsd: 45.54 },
    { pool: "aws-us-east-1/db", nodes: 1, monthlyUsd: 68.74, maxNodes: 1, maxMonthlyUsd: 68.74 },
    { pool: "aws-us-east-1/web", nodes: 2, monthlyUsd: 60.74, maxNodes: 10, maxMonthlyUsd: 303.7 },
    { pool: "local/local", nodes: 1, monthlyUsd: 0, maxNodes: 1, maxMonthlyUsd: 0 },
  ]);
  expect(cost).toMatchObject({ monthlyUsd: 175.02, maxMonthlyUsd: 417.98, pricesOf: "2025-06-01 (AWS)" });
});

test("a region has its own price", () => {
  const monthly = (region: string) =>
    planOf(`AWS: {region: ${region}, pools: [{name: a, count: 2, size: small}]}`).cost.monthlyUsd;
  expect(monthly("us-east-1")).toBe(30.36);
  expect(monthly("eu-central-1")).toBe(35.04);
  // Of a region whose price is not known the plan shows the priced one's, and a warning.
  expect(monthly("ap-southeast-5")).toBe(30.36);
});

test("what is left of each limit that applies", () => {
  const { limits } = planOf(
    "AWS: [3, small]\nlimits: {group: web, global: {nodes: 8, cpus: 10}, groups: {web: {memory: 8GB, monthlyCost: 100}}}",
  );
  expect(limits).toEqual([
    { limit: "limits/global", what: "nodes", used: 3, most: 8 },
    { limit: "limits/global", what: "CPUs", used: 6, most: 10 },
    { limit: "limits/groups/web", what: "GiB of memory", used: 6, most: 8 },
    { limit: "limits/groups/web", what: "US dollars a month", used: 45.54, most: 100 },
  ]);
});

test("the firewall opens the load balancer's ports and the mesh to the world, nothing else", () => {
  const world = planOf("AWS: [3, small]").network.firewall.filter((row) => row.from === "world");
  expect(world.map(({ to, protocol, port }) => `${to} ${protocol} ${port}`)).toEqual([
    "load-balancer tcp 80",
    "load-balancer tcp 443",
    "node udp 51820",
  ]);
  const off = planOf("AWS: [3, small]\nnetwork: {mesh: off}").network.firewall;
  const mesh = off.filter(({ port, protocol }) => port === 51820 && protocol === "udp");
  expect(mesh.map(({ from, to }) => `${from} to ${to}`)).toEqual(["site to node"]);
  expect(off.filter(({ from, to }) => from === "world" && to !== "load-balancer")).toEqual([]);
});

test("a plan of 1,000 nodes takes less than 200 ms", () => {
  const { spec } = load("AWS: [400, small]\nAzure: [300, small]\nDigitalOcean: [300, small]", {
    fileName: "storm.yml",
  });
  makePlan(spec, { env: "dev" });
  const start = performance.now();
  const { plan } = makePlan(spec, { env: "dev" });
  const milliseconds = performance.now() - start;
  expect(plan.nodes).toHaveLength(1000);
  expect(new Set(plan.nodes.map((node) => node.meshAddress)).size).toBe(1000);
  expect(milliseconds).toBeLessThan(200);
});
