import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { Shown } from "../../../cli/gitops/compare";
import type { RenderedStack } from "../../../load";
import { planOf } from "../../plan/plans";
import { reportOf } from "../preview/reports";

const STORM_YML = "Hostname: storm.example.com\nAWS: {pools: [{name: m, count: 1, zones: [us-east-1a]}]}\n";

/** The engine's word on one resource. */
export function step(op: OpType, name: string, inputs: Record<string, unknown> = {}, id = "i-1"): EngineEvent {
  const type = "aws:ec2/instance:Instance";
  const urn = `urn:pulumi:dev::storm::storm:pools:AwsFixedPool$${type}::${name}`;
  const state = { type, urn, id, parent: "", provider: "", outputs: {}, inputs };
  const metadata = { op, urn, type, provider: "", old: state, new: state };
  return { sequence: 1, timestamp: 0, resourcePreEvent: { metadata, planning: true } };
}

/** A stack that has a secret. */
export function stack(secret: string): RenderedStack {
  const nothing = { builds: [], routes: [], configs: [], images: [], spread: [], hidden: [], warnings: [], errors: [] };
  const secrets = [{ name: "web_pin", content: secret }];
  return { ...nothing, name: "web", stack: {}, secrets, contexts: [], projectDirectory: "/somewhere" };
}

/** A preview in which a node is made. */
export function shown({
  events = [step("create", "m-2", { instanceType: "t3.small" })],
  secret = "1234",
  file = STORM_YML,
  config = {},
}: {
  events?: EngineEvent[];
  secret?: string;
  file?: string;
  config?: Record<string, unknown>;
} = {}): Shown {
  const steps = events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return [];
    const { op, urn } = resourcePreEvent.metadata;
    const [, , types = "", name = ""] = urn.split("::");
    return [{ op, types, name }];
  });
  const loaded = { plan: planOf(file), stacks: [stack(secret)], certificate: undefined, warnings: [] };
  return { report: reportOf({ from: STORM_YML, to: file, steps }), events, loaded, config };
}
