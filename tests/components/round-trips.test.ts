import * as pulumi from "@pulumi/pulumi";
import type { SharedSecrets } from "../../components/acl";
import { Mesh } from "../../components/mesh";
import type { Node } from "../../components/node";
import { measurement, surprises } from "../../components/round-trips";
import { TOKEN_NAMES } from "../../components/secrets";
import { printPlan } from "../../plan/print";
import type { NodePlan, Plan } from "../../plan/types";
import { planOf } from "../boot/support";
import { Turns } from "../../components/turns";
import { SIDE_BY_SIDE } from "../../plan/succession";
import { register } from "./support/mocks";

const THREE_SITES = `
Hostname: storm.example.com
AWS: {region: eu-west-1, pools: [{name: one, count: 1, size: small}]}
Azure: {region: westeurope, pools: [{name: two, count: 1, size: small}]}
DigitalOcean: {region: fra1, pools: [{name: three, count: 1, size: small}]}
`;
const plan = planOf(THREE_SITES);
const nodeOf = (name: string): NodePlan => {
  const found = plan.nodes.find((node) => node.name === name);
  if (!found) throw new Error(`no node ${name}`);
  return found;
};

test("the plan says how far its managers are from each other, where they are on several sites", () => {
  expect(printPlan(plan)).toContain(
    "Estimated round trips between managers: aws-eu-west-1 - azure-westeurope 15 ms, " +
      "aws-eu-west-1 - digitalocean-fra1 21 ms, azure-westeurope - digitalocean-fra1 8 ms. Measured at deploy; at most 50 ms.",
  );
  expect(printPlan(planOf("Local: [3, small]"))).not.toContain("round trips");
});

test("managers of one site are not measured", () => {
  expect(measurement(planOf("Local: [3, small]"))).toBeUndefined();
  expect(measurement(plan)).toEqual({
    managers: Object.fromEntries(plan.nodes.map((node) => [node.name, node.meshAddress])),
    limitMs: 50,
    tries: 10,
    patienceSeconds: 120,
  });
});

describe("a warning with the figures", () => {
  const told = (meanMs: number) => surprises(plan, nodeOf("one-1"), { "two-1": { meanMs, worstMs: meanMs + 1 } });

  test("none where they agree", () => {
    expect([told(15), told(24), told(6)]).toEqual([[], [], []]);
  });

  test("where they do not", () => {
    expect(told(40)).toEqual([
      "round trip between managers one-1 and two-1: 40 ms on average, 41 ms at worst, estimated 15 ms",
    ]);
  });

  test("with what to do where a quorum that is there is too slow", () => {
    expect(told(70)[0]).toContain("Consul's servers may be 50 ms apart at most: it may lose its leader. Move managers");
  });

  test("each pair once", () => {
    const far = { meanMs: 40, worstMs: 41 };
    expect(surprises(plan, nodeOf("two-1"), { "one-1": far })).toEqual([]);
    expect(surprises(plan, nodeOf("one-1"), { "gone-1": far })).toEqual([]);
  });
});

const pems = { certPem: "", keyPem: "", caPem: "" };
const token = { accessor: "", secret: "" };

const SECRETS: SharedSecrets = {
  gossipKey: "",
  management: token,
  tokens: Object.fromEntries(TOKEN_NAMES.map((name) => [name, token])) as SharedSecrets["tokens"], // one entry for each
  pools: {},
  consul: pems,
  dockerApi: pems,
  registry: pems,
  ingress: {},
  registryHost: "registry:5000",
  meshCidr: "100.64.0.0/10",
};

async function meshOf(of: Plan, answers: Record<string, Record<string, unknown>>, succession = SIDE_BY_SIDE) {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const { resources } = await register(
    () =>
      new Mesh("mesh", {
        plan: of,
        nodes: of.nodes.map((node): Node => {
          const text = pulumi.output(node.name);
          const address = { address: text, privateAddress: text, endpoint: text };
          return { plan: node, id: text, user: "root", hostKey: text, privateKey: text, ...address };
        }),
        secrets: pulumi.output(SECRETS),
        turns: new Turns(succession),
      }),
    { answers },
  );
  const lines = warn.mock.calls.map(([line]) => line);
  warn.mockRestore();
  const document = (name: string) =>
    JSON.parse(resources.find((each) => each.name === name)?.inputs["stdin"] as string) as Record<string, unknown>;
  return { lines, document };
}

test("managers of several sites hold Consul, measure, and what they say is told", async () => {
  const stdout = JSON.stringify({ peers: 3, roundTrips: { "two-1": { meanMs: 44.5, worstMs: 60 } } });
  const { lines, document } = await meshOf(plan, { "peers-one-1": { stdout } });
  expect(document("enroll-one-1")["hold"]).toBe(true);
  expect(document("peers-one-1")["measure"]).toEqual(measurement(plan));
  expect(lines).toEqual([
    "round trip between managers one-1 and two-1: 44.5 ms on average, 60 ms at worst, estimated 15 ms",
  ]);
});

test("on one site nothing of it is sent", async () => {
  const { lines, document } = await meshOf(planOf("Local: [3, small]"), {});
  expect(document("enroll-local-1")).not.toHaveProperty("hold");
  expect(Object.keys(document("peers-local-1"))).toEqual(["peers"]);
  expect(lines).toEqual([]);
});

test("a manager that other machines wait for measures before them, or its Consul would not start", async () => {
  const after = { "worker-1": "one-1" };
  const { document } = await meshOf(plan, {}, { after, awaited: ["one-1"], witness: "two-1" });
  expect(document("introduce-one-1")["measure"]).toEqual(measurement(plan));
  expect(document("rejoin-one-1")["name"]).toBe("one-1");
});
