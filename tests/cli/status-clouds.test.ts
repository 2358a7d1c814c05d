import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { LookingEngine } from "../../cli/engine-look";
import { askClouds, silentNodes } from "../../cli/status/clouds";
import type { DeclaredNode } from "../../cli/status/facts";
import { swarmFacts } from "../../cli/status/swarm";
import { columns, gossip, NAMES, statusOf, sumOf, swarmNode } from "./status-of";

/** What `storm status` hears of silent machines from their clouds, by the engine's preview of a refresh. */

const urnOf = (name: string) => `urn:pulumi:prod::storm::storm:pools:AwsFixedPool$aws:ec2/instance:Instance::${name}`;
const node = (name: string): DeclaredNode => {
  return { name, role: "manager", site: "aws", made: true, local: false, machine: urnOf(name) };
};

/** As the engine reports a resource that it has read. */
const read = (name: string, op: string, outputs?: Record<string, unknown>) =>
  ({ resOutputsEvent: { metadata: { op, urn: urnOf(name), new: outputs && { outputs } } } }) as unknown as EngineEvent; // as far as it is read

/** An engine whose look finds that; it notes what it was asked for. */
function engine(events: EngineEvent[], failure?: Error) {
  const asked: { args: readonly string[]; backend?: string; state?: string }[] = [];
  const run: LookingEngine["run"] = (args, _, { env } = {}) => {
    if (args[0] === "stack") return Promise.resolve({ stdout: JSON.stringify({ deployment: { resources: [] } }) });
    const folder = env?.["PULUMI_BACKEND_URL"]?.replace(/^file:\/\//, "") ?? "";
    const state = readFileSync(join(folder, ".pulumi/stacks/storm/prod.json"), "utf8");
    asked.push({ args, backend: folder, state });
    const log = args[args.indexOf("--event-log") + 1] ?? "";
    // The engine was ended in the middle of a line.
    writeFileSync(log, `${events.map((event) => `${JSON.stringify(event)}\n`).join("")}{"sequence":`);
    return failure ? Promise.reject(failure) : Promise.resolve({ stdout: "" });
  };
  return { name: "prod", run: jest.fn(run), asked };
}

test("machines are on, stopped or gone as the refresh finds them", async () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const looking = engine([
    read("a", "same", { instanceState: "running" }),
    read("b", "update", { instanceState: "stopped" }),
    read("c", "delete"),
    read("d", "update", { instanceState: "terminated" }),
    read("e", "update", { status: "off" }),
    read("f", "same", { hardwareProfile: {} }),
    read("somebody", "same", {}),
  ]);
  const found = await askClouds(looking, names.map(node));
  const [asked] = looking.asked;
  expect(asked?.args.slice(0, 4)).toEqual(["refresh", "--preview-only", "--stack", "prod"]);
  expect(asked?.args.slice(6)).toEqual(names.flatMap((name) => ["--target", urnOf(name)]));
  const checkpoint = { stack: "organization/storm/prod", latest: { resources: [] } };
  expect(JSON.parse(asked?.state ?? "")).toEqual({ version: 3, checkpoint });
  // The copy of the state is gone.
  expect(existsSync(asked?.backend ?? "")).toBe(false);
  expect(Object.fromEntries(found)).toEqual({
    a: "running",
    b: "stopped",
    c: "gone",
    d: "gone",
    e: "stopped",
    f: "running",
  });
});

test("where nobody is silent the engine is not started", async () => {
  const looking = engine([]);
  expect(await askClouds(looking, [])).toEqual(new Map());
  expect(looking.run).not.toHaveBeenCalled();
});

test("a cloud that refuses is said in its own words, on one line", async () => {
  const message = "error: reading instance: ExpiredToken: the security token has expired\n  and more";
  const looking = engine([{ diagnosticEvent: { severity: "error", message } } as EngineEvent], new Error("exit 255")); // as far as it is read
  const failure = askClouds(looking, [node("a")]);
  await expect(failure).rejects.toThrow(/^error: reading instance: ExpiredToken: the security token has expired$/);
  expect(existsSync(looking.asked[0]?.backend ?? "")).toBe(false);
});

test("only a declared machine of a cloud that neither Swarm nor Consul hears is asked for", () => {
  const [ready, gossiping, dead] = ["ready", "gossiping", "dead"].map(node);
  const own = { ...node("own"), machine: undefined };
  const swarm = swarmFacts([swarmNode("ready"), swarmNode("dead", { Status: { State: "down" } })], [], []);
  const consul = {
    nodes: new Map([
      ["gossiping", { alive: true }],
      ["dead", { alive: false }],
    ]),
    failing: new Set<string>(),
  };
  const nodes = [ready, gossiping, dead, own].filter((each) => each !== undefined);
  expect(silentNodes({ declared: { nodes, pools: [] }, swarm, consul })).toEqual([dead]);
  const silence = { error: "no answer" };
  expect(silentNodes({ declared: { nodes, pools: [] }, swarm: silence, consul: silence })).toEqual([
    ready,
    gossiping,
    dead,
  ]);
});

test("what the clouds say is the column EXISTS of who is silent, and no other's", () => {
  const rows = NAMES.map((name) => ({ ...node(name), name }));
  const swarm = NAMES.map((name) => swarmNode(name, name === "local-3" ? { Status: { State: "down" } } : {}));
  const checks = NAMES.map((name) => gossip(name, name === "local-3" ? "critical" : "passing"));
  const common = { declared: { nodes: rows, pools: [] }, machines: undefined, swarm, checks };
  const notes = "down in Swarm, dead in Consul";
  const seen = (clouds: NonNullable<Parameters<typeof statusOf>[0]>["clouds"]) =>
    columns(statusOf({ ...common, clouds }), "local-3");
  expect(seen(new Map([["local-3", "gone"]]))).toEqual(["yes", "no", "yes", "no", `it has no machine, ${notes}`]);
  expect(seen(new Map([["local-3", "stopped"]]))).toEqual([
    "yes",
    "stopped",
    "yes",
    "no",
    `its machine is stopped, ${notes}`,
  ]);
  expect(seen(new Map([["local-3", "running"]]))).toEqual(["yes", "yes", "yes", "no", notes]);
  const refused = statusOf({ ...common, clouds: { error: "no credentials" } });
  expect(columns(refused, "local-3")?.[1]).toBe("unknown");
  expect(refused.problems).toContain("the cloud of silent machines does not answer: no credentials");
  expect(sumOf(refused)).toBe("DEGRADED (2/3)");
});
