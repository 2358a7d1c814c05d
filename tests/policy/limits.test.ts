/** Limits: one rule set. What validation refuses the pack refuses as well, with the same numbers and words. */
import { examine } from "../../spec/load";
import { formatIssues } from "../../spec/errors";
import type { Fixture, FixtureValue } from "./support/fixture";
import { type Checked, PolicyLab, SUITE_TIMEOUT_MS, type CheckOptions } from "./support/lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: PolicyLab;
beforeAll(async () => {
  lab = await PolicyLab.start();
});
afterAll(() => lab.stop());

const stormYml = (pools: string, limits: string) => `${pools}\nlimits:\n  ${limits}\n`;

/** What validation says of the same file. */
function refused(text: string): string {
  return formatIssues(examine(text, { fileName: "storm.yml", env: "test" }).issues);
}

async function limitsOf(fixtures: readonly Fixture[], options: CheckOptions): Promise<string[]> {
  return words(await lab.check(fixtures, options));
}

function words({ violations, text }: Checked): string[] {
  expect(text).not.toMatch(/can't run policy|failed to run|^ +at /m);
  return violations
    .filter(({ policy }) => policy === "limits")
    .map(({ message }) => message.split("\n").slice(1).join("\n"))
    .map((message) => message.replace(/^\S*storm\.yml/, "storm.yml"));
}

const machine = (type: string, props: Fixture["props"]) => (name: string) => ({ type, name, props });
const pool = (count: number, prefix: string, make: (name: string) => Fixture) =>
  Array.from({ length: count }, (_, index) => make(`${prefix}-${index + 1}`));
const aws = (instanceType: string) => machine("aws:ec2/instance:Instance", { instanceType, tags: { pool: "aws" } });
const droplet = machine("digitalocean:index/droplet:Droplet", { size: "s-1vcpu-2gb", region: "fra1" });
const vm = machine("azure-native:compute:VirtualMachine", {
  hardwareProfile: { vmSize: "Standard_B2s" },
  location: "westeurope",
});

test("5 nodes under a limit of 4: the same numbers and words in validation and in the pack", async () => {
  const limit = "global: {nodes: 4}";
  const fixtures = pool(5, "aws", aws("t3.small"));
  const seen = await lab.check(fixtures, { stormYml: stormYml("AWS: [4, small]", limit) });
  expect(seen.passed).toBe(false);
  expect(words(seen)).toEqual([refused(stormYml("AWS: [5, small]", limit))]);
  expect(words(seen)).toEqual(["storm.yml:3:19 limits/global/nodes: the limit is 4, the cluster has up to 5 nodes"]);
});

test("within every limit nothing is said", async () => {
  const fixtures = [...pool(2, "aws", aws("t3.small")), ...pool(1, "do", droplet), ...pool(1, "azure", vm)];
  const limits = "global: {nodes: 4, cpus: 7, memory: 10GB, monthlyCost: 100, sizes: [small, Standard_B2s]}";
  expect(await limitsOf(fixtures, { stormYml: stormYml("AWS: [2, small]", limits) })).toEqual([]);
});

test("CPUs, memory and cost, data disks included, of an account and a group", async () => {
  const limits = [
    "account: research",
    "group: web",
    "accounts: {research: {cpus: 5, memory: 10GB}}",
    "groups: {web: {monthlyCost: 100}}",
  ].join("\n  ");
  const file = (count: number) =>
    stormYml(
      `AWS: {region: eu-west-1, pools: [{name: aws, role: worker, count: 3, size: medium, volume: 100GB}, {name: m, count: ${count}, size: medium}]}`,
      limits,
    );
  const disks = pool(3, "disk", machine("aws:ebs/volume:Volume", { size: 100, encrypted: true }));
  const file1 = file(1);
  const fixtures = [...pool(4, "aws", aws("t3.medium")), ...disks];
  const seen = await limitsOf(fixtures, { stormYml: stormYml("AWS: [1, small]", limits) });
  const said = (text: string) => text.replace(/^storm\.yml:\d+:\d+ /, "");
  expect(seen.map(said)).toEqual(refused(file1).split("\n").map(said));
  expect(seen).toHaveLength(3);
});

test("elastic groups count at their largest, of every cloud", async () => {
  const template: Fixture = {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    name: "template",
    props: { instanceType: "t3.small" },
  };
  const group = (name: string, type: string, props: Record<string, FixtureValue>): Fixture => ({ type, name, props });
  const fixtures = [
    template,
    group("asg", "aws:autoscaling/group:Group", {
      maxSize: 10,
      minSize: 2,
      launchTemplate: { id: { $ref: "template" } },
    }),
    group("vmss", "azure-native:compute:VirtualMachineScaleSet", { sku: { name: "Standard_B2s", capacity: 2 } }),
    group("scale", "azure-native:monitor:AutoscaleSetting", {
      targetResourceUri: { $ref: "vmss" },
      profiles: [{ capacity: { minimum: "2", maximum: "7", default: "2" } }],
    }),
    group("droplets", "digitalocean:index/dropletAutoscale:DropletAutoscale", {
      config: { minInstances: 1, maxInstances: 5 },
      dropletTemplate: { size: "s-1vcpu-2gb", region: "fra1" },
    }),
  ];
  const seen = await limitsOf(fixtures, { stormYml: stormYml("AWS: [1, small]", "global: {nodes: 20, cpus: 20}") });
  expect(seen).toEqual([
    "storm.yml:3:19 limits/global/nodes: the limit is 20, the cluster has up to 22 nodes",
    "storm.yml:3:29 limits/global/cpus: the limit is 20, the cluster has up to 39 CPUs",
  ]);
});

test("the pack's own limits hold whatever storm.yml says; sizes and regions name the pool", async () => {
  const fixtures = [...pool(2, "aws", aws("t3.large")), ...pool(1, "do", droplet)];
  const seen = await limitsOf(fixtures, {
    stormYml: "AWS: [2, large]\nlimits: {global: {nodes: 100}}\n",
    packConfig: { limits: { global: { nodes: 2, sizes: ["small"], regions: ["eu-west-1"] } } },
  });
  expect(seen).toEqual([
    "policy configuration global/nodes: the limit is 2, the cluster has up to 3 nodes",
    "storm.yml:1:6 AWS: aws-1: its size t3.large is not allowed by global/sizes (allowed: small)",
    "storm.yml:1:6 AWS: aws-2: its size t3.large is not allowed by global/sizes (allowed: small)",
    "policy configuration: do-1: its region fra1 is not allowed by global/regions (allowed: eu-west-1)",
  ]);
});

test("an update without a preview is refused before the first resource", async () => {
  const seen = await lab.check(pool(3, "aws", aws("t3.small")), {
    stormYml: "AWS: [3, small]\n",
    packConfig: { limits: { global: { nodes: 2 } } },
    operation: "up",
  });
  expect(seen.passed).toBe(false);
  expect(words(seen)).toEqual(["policy configuration global/nodes: the limit is 2, the cluster has up to 3 nodes"]);
  expect(seen.text).not.toContain("aws-1");
});

test("by account in the pack: a stack that names none is refused", async () => {
  const packConfig = { limits: { accounts: { research: { nodes: 5 } } } };
  const fixtures = pool(3, "aws", aws("t3.small"));
  expect(await limitsOf(fixtures, { stormYml: "AWS: [3, small]\n", packConfig })).toEqual([
    "policy configuration: limits/account of storm.yml must be one of research, got nothing",
  ]);
  const named = stormYml("AWS: [3, small]", "account: research");
  expect(await limitsOf(fixtures, { stormYml: named, packConfig })).toEqual([]);
});

test("what the catalog does not know is no way around a limit", async () => {
  const seen = await limitsOf(pool(1, "aws", aws("u7i-12tb.224xlarge")), {
    stormYml: stormYml("AWS: [1, small]", "global: {monthlyCost: 100}"),
  });
  expect(seen).toEqual([
    "storm.yml:1:6 AWS: aws-1: the size catalog has no AWS type u7i-12tb.224xlarge, so that limits/global can not be checked",
  ]);
});

test("levels: by rule or for all, and a wrong limit is refused by the engine", async () => {
  const fixtures = pool(5, "aws", aws("t3.small"));
  const file = stormYml("AWS: [4, small]", "global: {nodes: 4}");
  const all = await lab.check(fixtures, { stormYml: file, packConfig: { all: "advisory" } });
  expect(all.passed).toBe(true);
  expect(new Set(all.violations.map(({ level }) => level))).toEqual(new Set(["advisory"]));
  const off = await lab.check(fixtures, { stormYml: file, packConfig: { all: "advisory", limits: "disabled" } });
  expect(off.violations.filter(({ policy }) => policy === "limits")).toEqual([]);
  const wrong = await lab.check(fixtures, { stormYml: file, packConfig: { limits: { global: { nodes: "four" } } } });
  expect(wrong.passed).toBe(false);
  expect(wrong.text).toMatch(/global\.nodes: Invalid type/);
});
