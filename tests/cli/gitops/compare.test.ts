import { difference, only, recordOf, type Shown } from "../../../cli/gitops/compare";
import { shown, step } from "./shown";

const key = Buffer.alloc(32, 7);
const RECORD = recordOf(shown(), { key, sealed: "v1:sealed" });
const against = (now: Shown) => difference(RECORD, now, key);

test("the same again is no difference, and is done whatever the order of the engine's events", () => {
  expect(against(shown())).toBe("");
  const steps = [step("create", "a-1"), step("delete", "b-1"), step("same", "c-1")];
  const record = recordOf(shown({ events: steps }), { key, sealed: "" });
  expect(difference(record, shown({ events: [...steps].reverse() }), key)).toBe("");
});

test("a record shows neither values nor secrets, and nobody without its key finds a secret by trying", () => {
  const text = JSON.stringify(RECORD);
  expect(text).not.toMatch(/1234|t3\.small/);
  expect(RECORD.steps).toEqual([expect.stringMatching(/^create urn:pulumi:dev::storm::.*::m-2$/)]);
  const other = recordOf(shown(), { key: Buffer.alloc(32, 8), sealed: "" });
  expect(other.digests["files"]).not.toBe(RECORD.digests["files"]);
  expect(other.digests["program"]).not.toBe(RECORD.digests["program"]);
});

test("another step is named, and what the report says of it", () => {
  const found = against(shown({ events: [step("create", "m-2"), step("delete", "m-1")] }));
  expect(found).toContain("+ delete m-1 (aws:ec2/instance:Instance)\n");
  expect(found).toContain("- Resources: 1 created, 0 replaced, 0 updated, 0 destroyed, 0 unchanged\n");
  expect(found).toContain("+ Resources: 1 created, 0 replaced, 0 updated, 1 destroyed, 0 unchanged\n");
  expect(against(shown({ events: [] }))).toContain("- create m-2 (aws:ec2/instance:Instance)\n");
});

test.each<[string, Parameters<typeof shown>[0], string]>([
  ["a property", { events: [step("create", "m-2", { instanceType: "t3.large" })] }, "values of resources"],
  ["which machine it is", { events: [step("create", "m-2", { instanceType: "t3.small" }, "i-2")] }, "values of"],
  ["a secret of a stack", { secret: "1235" }, "storm.yml or the files of its stacks"],
  ["config", { config: { "storm:env": "prod" } }, "the stack's config"],
])("another one is noticed, and not shown: %s", (_, change, words) => {
  const found = against(shown(change));
  expect(found).toMatch(new RegExp(`^${words}.* changed, in what no preview shows\n$`));
});

test("storm.yml that says another thing shows in the report", () => {
  const found = against(
    shown({ file: "Hostname: storm.example.com\nAWS: {pools: [{name: m, count: 2, zones: [us-east-1a]}]}\n" }),
  );
  expect(found).toMatch(/^\+ {3}new: m-2 \(worker, .*\)$/m);
});

test("what nobody decided is not compared: names that a provider makes up, this machine's abilities, days left", () => {
  const named = (name: string) => ({ name, instanceType: "t3.small", __defaults: ["name"] });
  const nested = (name: string) => [step("create", "m-2", { instanceType: "t3.small", ports: [named(name)] })];
  expect(against(shown({ events: [step("create", "m-2", named("m-2-8fa1"))] }))).toBe("");
  const record = recordOf(shown({ events: nested("a") }), { key, sealed: "" });
  expect(difference(record, shown({ events: nested("b") }), key)).toBe("");
  expect(against(shown({ config: { "storm:local": { ipvs: true } } }))).toBe("");
  const now = shown();
  now.report.warnings.push("the certificate ends in 6 days");
  expect(against(now)).toBe("");
});

test("during the deployment: what was previewed, less of it, and nothing else", () => {
  const watch = only(recordOf(shown({ events: [step("replace", "m-1"), step("create", "m-2")] }), { key, sealed: "" }));
  for (const op of ["replace", "update", "same"] as const) expect(watch(step(op, "m-1"))).toBeUndefined();
  for (const op of ["create", "update", "read"] as const) expect(watch(step(op, "m-2"))).toBeUndefined();
  // The engine says so when it begins: it is too late to say that nothing was done.
  expect(watch(step("delete", "m-2"))).toBe(
    "delete of m-2 (aws:ec2/instance:Instance) was begun and was not previewed",
  );
  expect(watch(step("update", "m-3"))).toMatch(/^update of m-3 /);
  expect(watch({ sequence: 1, timestamp: 0 })).toBeUndefined();
});
