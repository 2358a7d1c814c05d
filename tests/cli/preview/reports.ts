import type { EngineEvent } from "@pulumi/pulumi/automation";
import { engineChanges } from "../../../cli/preview/engine-changes";
import { type PreviewReport, previewReport, type ReportFacts, refusedReport } from "../../../cli/preview/report";
import type { Before } from "../../../plan/before";
import type { Plan } from "../../../plan/types";
import { SpecError } from "../../../spec/errors";
import { broughtUp, planOf } from "../../plan/plans";
import { CANARY, type Prepared, type Step } from "./prepared";

/** An event as the engine sends it. Its inputs hold a secret, which must not come out anywhere. */
function eventOf({ op, types, name, diff, protect: [was, is] = [false, false] }: Step, sequence: number): EngineEvent {
  const urn = `urn:pulumi:dev::storm::${types}::${name}`;
  const type = types.slice(types.lastIndexOf("$") + 1);
  const state = {
    type,
    urn,
    id: "i-1",
    parent: "",
    inputs: { stdin: CANARY },
    outputs: { stdout: CANARY },
    provider: "",
  };
  const detailedDiff = Object.fromEntries(
    Object.entries(diff ?? {}).map(([path, diffKind]) => [path, { diffKind, inputDiff: true }]),
  ) as NonNullable<EngineEvent["resourcePreEvent"]>["metadata"]["detailedDiff"];
  const metadata = {
    op,
    urn,
    type,
    provider: "",
    old: { ...state, protect: was },
    new: { ...state, protect: is },
    detailedDiff,
  };
  return { sequence, timestamp: 0, resourcePreEvent: { metadata, planning: true } };
}

/** What the outputs of a deployment of this plan say. */
function outputsOf({ nodes, cost, survives }: Plan): Record<string, unknown> {
  return {
    nodes: nodes.map(({ name, role, site, size }) => ({ name, role, site, size, address: "192.0.2.1" })),
    cost,
    survives,
  };
}

/** The report of a prepared change. */
export function reportOf({
  from,
  to,
  steps = [],
  more = [],
  stacksBefore = [],
  stacksAfter = [],
  urls,
  rendered = [],
}: Prepared): PreviewReport {
  const old = from === undefined ? undefined : planOf(from);
  const before: Before | undefined = old === undefined ? undefined : broughtUp(old);
  try {
    const plan = planOf(to, "dev", before);
    const events = [...steps.map(eventOf), ...more.map((each) => ({ sequence: 0, timestamp: 0, ...each }))];
    const facts: ReportFacts = {
      stack: "dev",
      plan,
      warnings: plan.warnings,
      outputs: old === undefined ? {} : { ...outputsOf(old), ...(urls === undefined ? {} : { urls }) },
      before,
      changes: engineChanges(events),
      checked: false,
      rendered,
      stacksBefore,
      stacksAfter,
    };
    return previewReport(facts);
  } catch (error) {
    if (error instanceof SpecError) return refusedReport("dev", error.message);
    throw error;
  }
}
