import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { driftedIn, driftMarkdown, type DriftReport, isAsDeployed } from "../../../cli/gitops/drift";
import { PREPARED } from "../preview/prepared";
import { reportOf } from "../preview/reports";

const INSTANCE = "storm:pools:AwsFixedPool$aws:ec2/instance:Instance";

function seen(op: OpType, types: string, name: string, diff: string[] = []): EngineEvent {
  const urn = `urn:pulumi:dev::storm::${types}::${name}`;
  const type = types.slice(types.lastIndexOf("$") + 1);
  return { sequence: 1, timestamp: 0, resOutputsEvent: { metadata: { op, urn, type, provider: "", diffs: diff } } };
}

const EVENTS = [
  seen("same", INSTANCE, "m-1"),
  seen("delete", INSTANCE, "web-2"),
  seen("update", "aws:ec2/securityGroup:SecurityGroup", "nodes", ["ingress[0].port", "tags"]),
  seen("update", "storm:pools:AwsFixedPool", "web"),
  seen("update", "pulumi:providers:aws", "aws"),
];

const of = (drifted: EngineEvent[], prepared: string): DriftReport => ({
  schemaVersion: 1,
  stack: "dev",
  drifted: driftedIn(drifted),
  deployment: reportOf(PREPARED[prepared] ?? { to: "" }),
});

test("what is gone, what others changed, by the names of its properties; components are nothing of their own", () => {
  expect(driftedIn(EVENTS)).toEqual([
    { title: "Node web-2 (aws:ec2:Instance)", properties: undefined },
    { title: "Nodes (aws:ec2:SecurityGroup)", properties: ["ingress", "tags"] },
  ]);
});

test.each<[string, EngineEvent[], string, boolean]>([
  ["none", [seen("same", INSTANCE, "m-1")], "nothing to change", true],
  ["drift, and what mends it", EVENTS, "scale", false],
  ["drift that storm.yml does not decide", EVENTS.slice(0, 3), "nothing to change", false],
  ["what is merged and not deployed", [], "scale", false],
  ["drift, and a storm.yml that is refused", EVENTS, "refused by the program", false],
])("%s", (_, events, prepared, whole) => {
  const report = of(events, prepared);
  expect(isAsDeployed(report)).toBe(whole);
  expect(driftMarkdown(report)).toMatchSnapshot();
});
