import { engineChanges } from "../../../cli/preview/engine-changes";
import { losses } from "../../../cli/preview/losses";
import { touchesStacks } from "../../../cli/preview/of-stack";
import { changesNothing } from "../../../cli/preview/report";
import { deployedStacks } from "../../../cli/preview/stack-changes";
import { NOTHING } from "../../../plan/before";
import { broughtUp, planOf } from "../../plan/plans";
import { PREPARED } from "./prepared";
import { reportOf } from "./reports";

const URN = "urn:pulumi:dev::storm::storm:pools:AwsFixedPool$aws:ec2/instance:Instance::";
const change = (name: string) => ({ name, type: "aws:ec2:Instance", title: undefined, urn: URN + name, because: [] });

/** What the loss of these nodes is, in a cluster of three managers and a worker without disks. */
function lossOf(...names: string[]): string[] {
  const before = broughtUp(
    planOf(
      "AWS: {pools: [{name: m, count: 3, role: manager, zones: [us-east-1a]}, {name: w, count: 1, zones: [us-east-1a]}]}",
    ),
  );
  const changes = { destroyed: names.map(change), replaced: [] };
  return losses({ changes, before, nodes: ["m-1", "m-2", "m-3", "w-1"], stacksGone: [] });
}

test("one manager of three, the quorum, all of them", () => {
  expect(lossOf("m-2")[0]).toBe("1 of 3 managers (m-2): 2 stay and keep the cluster's state");
  expect(lossOf("m-2", "m-3")[0]).toBe("2 of 3 managers (m-2, m-3): the quorum is lost");
  expect(lossOf("m-1", "m-2", "m-3")[0]).toBe(
    "All managers (m-1, m-2, m-3): the state of Swarm and Consul goes with them",
  );
});

test("volumes on nodes without a disk of their own, and the node that holds those of everybody", () => {
  expect(lossOf("w-1")).toEqual(["Data in volumes on w-1, which has no disk that outlives the machine"]);
  expect(lossOf("m-1")[1]).toMatch(/m-1 holds the volumes of services without a placement of their own$/);
});

test("nothing is lost with what is no node", () => {
  const changes = {
    destroyed: [change("w-1-host-key"), { ...change("w-1"), urn: "urn:pulumi:dev::storm::x::w-1" }],
    replaced: [],
  };
  expect(losses({ changes, before: NOTHING, nodes: ["w-1"], stacksGone: [] })).toEqual([]);
});

test("a refused change is not one that changes nothing", () => {
  const nothing = (name: string) => changesNothing(reportOf(PREPARED[name] ?? { to: "" }));
  expect(["nothing to change", "scale", "limit exceeded", "refused by the program"].map(nothing)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("without events there are no changes", () => {
  expect(engineChanges([])).toEqual({
    created: [],
    replaced: [],
    updated: [],
    destroyed: [],
    unchanged: 0,
    policies: [],
    protection: { gained: [], lost: [] },
    errors: [],
  });
});

test("the stacks of a state, without the cluster's own and what goes to them besides the compose file", () => {
  const urn = (name: string) =>
    `urn:pulumi:dev::storm::storm:compose:ComposeStack$command:remote:Command::stack-${name}`;
  const stdin = (stack: string) => ({
    plaintext: JSON.stringify(JSON.stringify({ stack, compose: {}, secrets: ["s"] })),
  });
  const resources = [
    { urn: urn("demo"), inputs: { stdin: stdin("demo") } },
    { urn: urn("ingress"), inputs: { stdin: stdin("ingress") } },
    { urn: "urn:pulumi:dev::storm::x::peers-demo", inputs: { stdin: stdin("x") } },
    { urn: "urn:pulumi:dev::storm::pulumi:pulumi:Stack::storm-dev" },
  ];
  expect(deployedStacks(resources, ["ingress"])).toEqual([{ stack: "demo", compose: {} }]);
});

test.each([
  ["create", "stack-demo", true],
  ["delete", "stack-demo", true],
  ["update", "stacks", true],
  ["update", "peers-local-1", false],
  ["same", "stack-demo", false],
] as const)("compose stacks are compared where one is touched: %s %s", (op, name, touched) => {
  const urn = `urn:pulumi:dev::storm::x$command:remote:Command::${name}`;
  const metadata = { op, urn, type: "command:remote:Command", provider: "" };
  const events = [{ sequence: 1, timestamp: 0, resourcePreEvent: { metadata } }];
  expect(touchesStacks(engineChanges(events))).toBe(touched);
});
