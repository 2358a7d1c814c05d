import { type Before, NOTHING } from "../../plan/before";
import { compareNodes, type NodeChanges, type NodeFacts } from "../../plan/compare";
import type { LimitLine, Plan } from "../../plan/types";
import type { RenderedStack } from "../../load";
import { type AddressChange, addressChanges } from "./addresses";
import type { EngineChanges } from "./engine-changes";
import { losses } from "./losses";
import { type DeployedStack, type StackChange, stackChanges } from "./stack-changes";

/** What would change: all that `storm preview` says, in whatever form. */
export interface PreviewReport {
  schemaVersion: 1;
  stack: string;
  /** Why it would be refused; empty when it would not. */
  refused: string[];
  /** Undefined when storm.yml itself is refused: then there is nothing to ask the engine. */
  changes: EngineChanges | undefined;
  nodes: NodeChanges;
  /** US dollars a month; `before` is undefined without a deployment. */
  cost: { before: number | undefined; after: number; atMost: number } | undefined;
  limits: LimitLine[];
  stacks: StackChange[];
  addresses: AddressChange[];
  /** Whether the policy pack looked at it. */
  checked: boolean;
  lost: string[];
  survives: { before: string | undefined; after: string } | undefined;
  warnings: string[];
}

export interface ReportFacts {
  stack: string;
  plan: Plan;
  warnings: readonly string[];
  /** Of the deployment that is there, secrets left out. */
  outputs: Readonly<Record<string, unknown>>;
  before?: Before;
  changes: EngineChanges;
  /** Whether the policy pack looked at it. */
  checked: boolean;
  /** The stacks of storm.yml. */
  rendered: readonly Pick<RenderedStack, "name" | "routes">[];
  stacksBefore: readonly DeployedStack[];
  stacksAfter: readonly DeployedStack[];
}

/** The command that deploys the cluster's own page (stacks/apps.ts). */
const PAGE = "stack-storm";

/** Puts together what storm.yml, the state and the engine say. */
export function previewReport(given: ReportFacts): PreviewReport {
  const { stack, plan, changes, checked, outputs, before = NOTHING } = given;
  // stacks/outputs.ts made them. A stack of some layers alone has none, and is not compared.
  const there = (outputs["nodes"] ?? []) as NodeFacts[];
  const isPart = Object.keys(outputs).length > 0 && outputs["nodes"] === undefined;
  const cost = outputs["cost"] as { monthlyUsd?: number } | undefined;
  const stacks = stackChanges(given.stacksBefore, given.stacksAfter);
  const addresses = addressesOf(given);
  const forbidden = changes.policies.filter(({ level }) => level === "mandatory");
  return {
    schemaVersion: 1,
    stack,
    refused: [
      ...changes.errors,
      ...(changes.errors.length === 0 ? forbidden.map(({ policy, message }) => `${policy}: ${message}`) : []),
    ],
    changes,
    nodes: isPart ? { added: [], removed: [], changed: [] } : compareNodes(there, plan.nodes),
    cost: { before: cost?.monthlyUsd, after: plan.cost.monthlyUsd, atMost: plan.cost.maxMonthlyUsd },
    limits: plan.limits,
    stacks,
    addresses,
    checked,
    lost: losses({
      changes,
      before,
      nodes: [...there.map(({ name }) => name), ...Object.keys({ ...before.births, ...before.workers })],
      stacksGone: stacks.flatMap(({ stack: name, kind }) => (kind === "gone" ? [name] : [])),
      pageGoes: changes.destroyed.some(({ name }) => name === PAGE),
      addresses,
      unprotected: changes.protection.lost,
    }),
    survives: { before: outputs["survives"] as string | undefined, after: plan.survives },
    warnings: [...given.warnings],
  };
}

/** A stack of some layers alone has no output of addresses, and does not say where services answer. */
function addressesOf({ outputs, rendered }: ReportFacts): AddressChange[] {
  const urls = outputs["urls"] as Record<string, string> | undefined; // stacks/outputs.ts made them
  const isFirst = Object.keys(outputs).length === 0;
  return urls === undefined && !isFirst ? [] : addressChanges(urls ?? {}, rendered);
}

/** Of a storm.yml, or compose files, that are refused before the engine is asked. */
export function refusedReport(stack: string, reasons: string): PreviewReport {
  return {
    schemaVersion: 1,
    stack,
    refused: reasons.split("\n").filter((line) => line.trim() !== ""),
    changes: undefined,
    nodes: { added: [], removed: [], changed: [] },
    cost: undefined,
    limits: [],
    stacks: [],
    addresses: [],
    checked: false,
    lost: [],
    survives: undefined,
    warnings: [],
  };
}

/** Whether a deployment would do anything. */
export function changesNothing({ changes, refused }: PreviewReport): boolean {
  if (changes === undefined || refused.length > 0) return false;
  const { created, replaced, updated, destroyed, protection } = changes;
  return [created, replaced, updated, destroyed, protection.gained, protection.lost].every(
    ({ length }) => length === 0,
  );
}

/** "1 created, 2 replaced, 3 updated, 4 destroyed, 90 unchanged" */
export function countsOf(changes: EngineChanges): string {
  const { created, replaced, updated, destroyed, unchanged } = changes;
  return `${created.length} created, ${replaced.length} replaced, ${updated.length} updated, ${destroyed.length} destroyed, ${unchanged} unchanged`;
}
