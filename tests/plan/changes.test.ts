/** What becomes of managers from one plan to the next: who stays, who joins, and what is refused. */
import { type Before, beforeOf, MEMORY, NOTHING } from "../../plan/before";
import { checkChanges } from "../../plan/changes";
import type { Replacing } from "../../plan/replacing";
import type { Plan } from "../../plan/types";
import { broughtUp, HOST_KEY, planOf } from "./plans";

/** The plan of `after` where `first` has been brought up. */
const next = (first: string, after: string) => planOf(after, "dev", broughtUp(planOf(first)));
const check = (first: string, after: string, replacing?: Replacing) => () =>
  checkChanges(next(first, after), broughtUp(planOf(first)), replacing, "prod");
const aws = (...pools: string[]) => `AWS: {region: eu-west-1, pools: [${pools.join(", ")}]}\n`;
const WEB = "{name: web, count: 3, size: small}";

test.each<[string, string, string, string[]]>([
  ["a pool that sorts first", aws(WEB), aws("{name: api, count: 5}", WEB), ["web-1", "web-2", "web-3"]],
  ["a larger site", aws(WEB), aws(WEB) + "Azure: [9, small]\n", ["web-1", "web-2", "web-3"]],
  [
    "one more site, which would be the third near ones",
    aws(WEB) + "DigitalOcean: {region: lon1, pools: [{name: do, count: 1}]}\n",
    aws(WEB) +
      "Azure: {region: ukwest, pools: [{name: az, count: 1}]}\nDigitalOcean: {region: lon1, pools: [{name: do, count: 1}]}\n",
    ["web-1", "web-2", "web-3"],
  ],
  ["from one node to three", "Local: [1, small]", "Local: [3, small]", ["local-1", "local-2", "local-3"]],
  ["from two nodes to three: a worker stays one", "Local: [2, small]", "Local: [3, small]", ["local-1"]],
  ["from two nodes to four: the new ones", "Local: [2, small]", "Local: [4, small]", ["local-1", "local-3", "local-4"]],
  ["from five to three", "Local: [5, small]", "Local: [3, small]", ["local-1", "local-2", "local-3"]],
  [
    "a pool that takes one with it, and a new node",
    aws("{name: a, count: 2}", "{name: b, count: 1}"),
    aws("{name: a, count: 3}"),
    ["a-1", "a-2", "a-3"],
  ],
  [
    "one manager and two sites near it",
    "AWS: {region: eu-west-1, pools: [{name: a, count: 1}]}",
    "AWS: {region: eu-west-1, pools: [{name: a, count: 1}]}\nAzure: {region: ukwest, pools: [{name: b, count: 1}]}\nDigitalOcean: {region: lon1, pools: [{name: c, count: 1}]}\n",
    ["a-1", "b-1", "c-1"],
  ],
  [
    "all managers' pools gone: new nodes",
    aws(WEB, "{name: old, count: 2, role: worker}"),
    aws("{name: old, count: 2, role: worker}", "{name: new, count: 3}"),
    ["new-1", "new-2", "new-3"],
  ],
])("%s", (_, first, after, managers) => {
  expect(next(first, after).managers).toEqual(managers);
  expect(check(first, after)).not.toThrow();
});

test("those that stay come first: once-only commands run where the cluster is", () => {
  const after = aws("{name: a, count: 2}", "{name: z, count: 1}");
  const before = broughtUp(planOf(aws("{name: z, count: 1}")));
  expect(planOf(after, "dev", before).managers).toEqual(["z-1", "a-2", "a-1"]);
});

test("the volumes' node stays when a data pool comes, and is chosen anew when it goes", () => {
  const data = "{name: adata, count: 1, role: data}";
  expect(planOf(aws(WEB, data)).volumeNode).toBe("adata-1");
  expect(next(aws(WEB), aws(WEB, data)).volumeNode).toBe("web-1");
  expect(next(aws(WEB, data), aws(WEB)).volumeNode).toBe("web-1");
});

test.each([
  [
    "Local: [3, small]",
    "Local: [2, small]",
    "two managers, which is no safer than one (local-1, local-2)",
    "add a node",
  ],
  ["Local: [2, small]", "Local: [3, small]", "one manager (local-1), because nodes keep their role", "add two nodes"],
])("%s to %s: a warning says what it is, and what makes it better", (first, after, words, advice) => {
  const { warnings } = next(first, after);
  expect(warnings).toEqual([expect.stringContaining(words)]);
  expect(warnings[0]).toContain(advice);
  expect(planOf(first).warnings).toEqual([]);
});

test.each([
  [
    aws(WEB),
    aws("{name: web, count: 3, role: worker}", "{name: q, count: 1, role: manager}"),
    "web-1, now a manager, would become a worker",
  ],
  [
    "Local: [2, small]",
    "Local: {pools: [{name: local, count: 3, role: manager}]}",
    "local-2, now a worker, would become a manager",
  ],
  [
    aws("{name: a, count: 1}", "{name: b, count: 1}"),
    aws("{name: b, count: 1}"),
    "b-1, now a worker, would become a manager",
  ],
])("%s to %s is refused, with the ways out", (first, after, words) => {
  expect(check(first, after)).toThrow(words);
  expect(check(first, after)).toThrow("give the pool a new name");
});

const M = (size: string, more = "") => aws(`{name: m, count: 3, role: manager, size: ${size}${more}}`);
test.each([
  ["size", M("small"), M("medium"), "m-1 (machineType t3.small -> t3.medium), m-2"],
  [
    "zones",
    M("small", ", zones: [eu-west-1a, eu-west-1b]"),
    M("small", ", zones: [eu-west-1b, eu-west-1c]"),
    "zone eu-west-1a -> eu-west-1b",
  ],
  ["a data disk", M("small"), M("small", ", volume: 50GB"), "disk false -> true"],
  [
    "a region",
    M("small"),
    M("small").replace("region: eu-west-1", "region: eu-west-2"),
    "site aws-eu-west-1 -> aws-eu-west-2",
  ],
  [
    "a cloud",
    M("small"),
    M("small").replace("AWS: {region: eu-west-1", "Azure: {region: westeurope"),
    "site aws-eu-west-1 -> azure-westeurope",
  ],
])("several managers at once: another %s is refused, with the ways out", (_, first, after, words) => {
  expect(check(first, after)).toThrow(words);
  expect(check(first, after)).toThrow("of 3 managers anew or restart them at once");
  expect(check(first, after)).toThrow("  pulumi up -s prod --target-dependents --target '**::m-2'");
  for (const replacing of ["one-by-one", "all-at-once"] as const) expect(check(first, after, replacing)).not.toThrow();
});

test("hosts at other addresses are other machines; one at a time", () => {
  const hosts = (...addresses: string[]) =>
    `Hosts: [${addresses.map((address, i) => `{name: h${i}, address: ${address}, role: manager, hostKey: ${HOST_KEY}}`).join(", ")}]`;
  const first = hosts("192.0.2.1", "192.0.2.2", "192.0.2.3");
  expect(check(first, hosts("192.0.2.9", "192.0.2.2", "192.0.2.3"))).not.toThrow();
  expect(check(first, hosts("192.0.2.9", "192.0.2.8", "192.0.2.3"))).toThrow("This would make 2 of 3 managers anew");
});

test.each([
  ["a node of this machine, whose limits change in place", "Local: [3, small]", "Local: [3, medium]"],
  ["labels and a larger disk", M("small", ", volume: 50GB"), M("small", ", volume: 90GB, labels: {a: b}")],
  [
    "managers that leave: the swarm's command sees them out first",
    aws("{name: m, count: 5, role: manager}"),
    aws("{name: m, count: 3, role: manager}"),
  ],
])("let through: %s", (_, first, after) => {
  expect(check(first, after)).not.toThrow();
});

test("machines that are gone do not count", () => {
  const before = broughtUp(planOf(M("small")));
  const lost = { ...before, nodes: before.nodes.filter((name) => name === "m-1") };
  expect(() => checkChanges(planOf(M("medium"), "dev", lost), lost, undefined, "prod")).not.toThrow();
});

test("before a first deployment there is nothing to keep", () => {
  expect(beforeOf([])).toEqual(NOTHING);
  expect(() => checkChanges(planOf(M("small")), NOTHING, undefined, "prod")).not.toThrow();
});

/** The same state as 0.2.0 left it, which made no notes, and showed its nodes. */
function withoutNotes(plan: Plan): Before {
  const machines = plan.nodes.map(({ name }) => ({ urn: `urn:pulumi:dev::storm::storm:pools:LocalPool$x::${name}` }));
  const nodes = plan.nodes.map(({ name, role }) => ({ name, role }));
  return beforeOf([{ urn: STACK, outputs: { nodes } }, ...machines]);
}
const STACK = "urn:pulumi:dev::storm::pulumi:pulumi:Stack::storm-dev";

test("after 0.2.0 the managers are those that the stack's output names: they stay, and keep their role", () => {
  const pools = (spare: string) => `Local: {pools: [{name: local, count: 3}, {name: spare, ${spare}}]}`;
  const first = planOf(pools("count: 1, role: worker"));
  const before = withoutNotes(first);
  expect(before).toMatchObject({ managers: ["local-1", "local-2", "local-3"], births: {}, workers: {} });
  const after = planOf(`${pools("count: 2, role: worker")}\nAWS: [9, small]`, "dev", before);
  expect(after.managers).toEqual(first.managers);
  expect(() => checkChanges(after, before, undefined, "prod")).not.toThrow();
  const turned = planOf(pools("count: 1, role: manager"), "dev", before);
  expect(() => checkChanges(turned, before, undefined, "prod")).toThrow(
    "spare-1, now a worker, would become a manager",
  );
});

test("an upgrade that was stopped has noted some managers: the output has the others, and what is noted counts", () => {
  const plan = planOf("Local: [4, small]");
  const note = (name: string, input: object) => ({
    urn: `urn:pulumi:dev::storm::${MEMORY}$pulumi:index:Stash::${name}`,
    outputs: { input },
  });
  const nodes = plan.nodes.map(({ name }) => ({ name, role: "manager" }));
  const found = beforeOf([
    { urn: STACK, outputs: { nodes } },
    note("local-2", {}),
    note("local/local", { "local-4": {} }),
  ]);
  expect(found.managers).toEqual(["local-1", "local-2", "local-3"]);
});

test.each([
  ["no outputs", undefined],
  ["no nodes in them", { nodes: "[secret]" }],
  ["nodes of another shape", { nodes: [null, "local-1", { role: "manager" }] }],
])("a role that nobody noted is no change: %s", (_, outputs) => {
  const plan = planOf("Local: [3, small]");
  const before = { ...beforeOf([{ urn: STACK, outputs }]), nodes: plan.nodes.map(({ name }) => name) };
  expect(before.managers).toEqual([]);
  expect(() => checkChanges(planOf("Local: [3, small]", "dev", before), before, undefined, "prod")).not.toThrow();
});
