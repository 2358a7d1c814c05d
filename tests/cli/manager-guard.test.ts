import type { EngineEvent } from "@pulumi/pulumi/automation";
import { ManagerGuard, runningManagers } from "../../cli/manager-guard";
import { UserError } from "../../tools/errors";

const NODES = [
  { name: "local-1", role: "manager" },
  { name: "local-2", role: "manager" },
  { name: "local-3", role: "manager" },
  { name: "web-1", role: "worker" },
];

/** As the engine sends it before each step, a preview's included. */
function step(op: string, name: string, type = "storm:local:Node", keys: string[] = []): EngineEvent {
  const urn = `urn:pulumi:dev::storm::storm:pools:LocalPool$${type}::${name}`;
  const metadata = { op, urn, type, provider: "", keys };
  return { sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as unknown as EngineEvent; // what the guard reads of it
}

function guarded(...events: EngineEvent[]): string {
  const guard = new ManagerGuard(runningManagers(NODES));
  for (const event of events) guard.event(event);
  try {
    guard.check("dev");
  } catch (error) {
    if (error instanceof UserError) return [error.message, ...error.hints].join("\n");
    throw error;
  }
  return "";
}

const replaced = (name: string, type?: string) => [
  step("delete-replaced", name, type, ["size"]),
  step("replace", name, type, ["size"]),
  step("create-replacement", name, type, ["size"]),
];

test("two managers at once are refused: which, why, and the way out", () => {
  const message = guarded(...replaced("local-3"), ...replaced("local-1"));
  expect(message).toContain("would replace 2 of 3 managers at once");
  expect(message).toContain("local-1 (size), local-3 (size)");
  expect(message).toContain("--target 'urn:pulumi:dev::storm::storm:pools:LocalPool$storm:local:Node::local-1'");
  expect(message).toContain("--allow-manager-replacement");
});

test.each(["aws:ec2/instance:Instance", "azure-native:compute:VirtualMachine", "digitalocean:index/droplet:Droplet"])(
  "a manager may be a %s",
  (type) => expect(guarded(...replaced("local-1", type), ...replaced("local-2", type))).toContain("2 of 3 managers"),
);

test.each<[string, EngineEvent[]]>([
  ["one manager", replaced("local-1")],
  ["one manager and workers", [...replaced("local-1"), ...replaced("web-1")]],
  [
    "what is called like a manager and is none",
    [...replaced("local-1", "storm:local:Service"), ...replaced("local-2")],
  ],
  ["managers that are changed in place", [step("update", "local-1"), step("update", "local-2")]],
  [
    "managers that leave: the swarm's command sees them out first",
    [step("delete", "local-2"), step("delete", "local-3")],
  ],
  ["vanished managers that are made again", [step("create", "local-1"), step("create", "local-2")]],
])("%s: let through", (_, events) => expect(guarded(...events)).toBe(""));

test("a machine that goes and comes again under another URN counts", () => {
  const moved = (name: string) => [step("create", name, "aws:ec2/instance:Instance"), step("delete", name)];
  expect(guarded(...moved("local-1"), ...moved("local-2"))).toContain("2 of 3 managers");
});

test("before a first deployment there is none to lose", () => {
  expect(runningManagers(undefined)).toEqual([]);
  expect(runningManagers(NODES)).toEqual(["local-1", "local-2", "local-3"]);
});
