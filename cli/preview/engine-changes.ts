import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";
import { describe, isComponent, partsOf, shortType } from "../describe";
import { tidy } from "../progress";

/** A resource that a deployment would make, change or remove. Without values: some are secret, and names say enough. */
export interface Change {
  name: string;
  /** "aws:ec2:Instance" */
  type: string;
  /** "Node web-1"; undefined for keys and certificates. */
  title: string | undefined;
  urn: string;
  /** Properties that change; of a replaced resource those for which it is made anew. */
  because: string[];
}

export interface PolicyResult {
  policy: string;
  level: "warning" | "mandatory";
  message: string;
  /** Name of the resource; "" for the whole stack. */
  resource: string;
}

/** What the engine's preview found. */
export interface EngineChanges {
  created: Change[];
  replaced: Change[];
  updated: Change[];
  destroyed: Change[];
  unchanged: number;
  policies: PolicyResult[];
  /** Names of what is there and becomes protected from a destroy, or is so no more. */
  protection: { gained: string[]; lost: string[] };
  /** Why the engine would refuse; empty when it would not. */
  errors: string[];
}

export const GROUPS = ["created", "replaced", "updated", "destroyed"] as const;

const groupOf: Partial<Record<OpType, (typeof GROUPS)[number]>> = {
  create: "created",
  import: "created",
  replace: "replaced",
  update: "updated",
  delete: "destroyed",
};

/** From the events of a preview. Components and providers are left out: what is in them is there by itself. */
export function engineChanges(events: readonly EngineEvent[]): EngineChanges {
  const found: EngineChanges = {
    created: [],
    replaced: [],
    updated: [],
    destroyed: [],
    unchanged: 0,
    policies: [],
    protection: { gained: [], lost: [] },
    errors: [],
  };
  const seen = new Set<string>();
  for (const { resourcePreEvent, policyEvent, diagnosticEvent } of events) {
    if (resourcePreEvent) note(found, seen, resourcePreEvent.metadata);
    if (resourcePreEvent) noteProtection(found, resourcePreEvent.metadata);
    if (policyEvent) found.policies.push(resultOf(policyEvent));
    if (diagnosticEvent?.severity === "error") found.errors.push(tidy(diagnosticEvent.message));
  }
  found.errors = [...new Set(found.errors)].filter((text) => text !== "" && !/^preview failed$/.test(text));
  // In one order, whatever was ready first: another preview shall read the same.
  found.policies = unique(found.policies).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  for (const names of Object.values(found.protection)) names.sort();
  for (const group of GROUPS) found[group].sort(byName);
  return found;
}

function note(found: EngineChanges, seen: Set<string>, step: StepEventMetadata): void {
  const { urn, op, type } = step;
  if (isComponent(type)) return;
  if (op === "same") found.unchanged++;
  const short = shortType(type);
  // A command that runs again is no thing that is made anew, whatever it runs again for.
  const group = op === "replace" && short.startsWith("command:") ? "updated" : groupOf[op];
  // A resource that is replaced is three steps: making, replacing, removing.
  if (group === undefined || seen.has(`${op} ${urn}`)) return;
  seen.add(`${op} ${urn}`);
  const { name } = partsOf(urn);
  found[group].push({ name, type: short, title: describe(short, name), urn, because: reasons(step) });
}

/** The engine has no step for it: all else stays the same. */
function noteProtection({ protection }: EngineChanges, { urn, op, type, old, new: now }: StepEventMetadata): void {
  if (isComponent(type) || !["same", "update"].includes(op)) return;
  const [before, after] = [old?.protect === true, now?.protect === true];
  if (before !== after) protection[after ? "gained" : "lost"].push(partsOf(urn).name);
}

/** Names of properties, never their values. */
export function reasons({ op, keys, diffs, detailedDiff }: StepEventMetadata): string[] {
  if (op === "create" || op === "delete" || op === "import") return [];
  const detailed = Object.entries(detailedDiff ?? {});
  const replacing = detailed.filter(([, { diffKind }]) => String(diffKind).endsWith("-replace")).map(([path]) => path);
  const all = detailed.map(([path]) => path);
  const [first = []] = [op === "replace" ? [...replacing, ...(keys ?? [])] : [], all, diffs ?? []].filter(
    (each) => each.length > 0,
  );
  // "tags.Name", "ingress[0].port": the property is enough.
  return [...new Set(first.map((path) => path.split(/[.[]/)[0] ?? path))].filter((key) => !key.startsWith("__")).sort();
}

function resultOf(event: NonNullable<EngineEvent["policyEvent"]>): PolicyResult {
  const { policyName, enforcementLevel, message, resourceUrn } = event;
  const { name, type } = partsOf(resourceUrn ?? "");
  return {
    policy: policyName,
    level: enforcementLevel,
    message: tidy(message),
    resource: type === "pulumi:pulumi:Stack" ? "" : name,
  };
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function byName(a: Change, b: Change): number {
  const [first, second] = [a, b].map(({ name, type }) => `${name} ${type}`);
  return (first ?? "") < (second ?? "") ? -1 : 1;
}
