/** In which order nodes that are there are made anew, or restarted, by one update. */
import { type Before, type Birth, birthOf } from "./before";
import type { Replacing } from "./replacing";
import type { NodePlan, Plan } from "./types";

export interface Succession {
  /** By node: the one that has to be back in the cluster before its machine is touched. New and unchanged nodes are not here. */
  readonly after: Readonly<Record<string, string>>;
  /** Nodes whose return is waited for by commands of their own: now, or in an earlier update. */
  readonly awaited: readonly string[];
  /** The manager that sees them return: one that stays as it is. */
  readonly witness: string;
}

/** Nobody waits for anybody. */
export const SIDE_BY_SIDE: Succession = { after: {}, awaited: [], witness: "" };

/** What of a birth is another one, for which the machine is made anew or restarted. */
export function differing(now: Birth, was: Birth): (keyof Birth)[] {
  return (Object.keys(now) as (keyof Birth)[]).filter((key) => now[key] !== was[key]);
}

/**
 * Pool by pool, the workers whose machines this plan changes, in the plan's order. A manager that changes goes before all of them, for
 * where it is, is in what the others are enrolled with.
 * @param replacing "one-by-one": also those in which the plan sees no change, for what only the engine knows
 */
export function successionOf(plan: Plan, before: Before, replacing?: Replacing): Succession {
  const there = new Set(before.nodes);
  const here = plan.nodes.filter(({ name }) => there.has(name));
  const isManager = ({ role }: NodePlan) => role === "manager";
  const changed = here.filter((node) => isChanged(plan, node, before));
  const managers = changed.filter(isManager).map(({ name }) => name);
  const staying = plan.managers.find((name) => there.has(name) && !managers.includes(name));
  // With several managers at once the cluster is given up, or the run has targets; with the only one nobody sees who returns.
  const ordered = staying !== undefined && managers.length < 2 && replacing !== "all-at-once";
  const workers = (replacing === "one-by-one" ? here : changed).filter((node) => !isManager(node));
  const after = Object.fromEntries(
    ordered ? plan.pools.flatMap(({ key }) => pairs(inPool(workers, key), managers)) : [],
  );
  const planned = new Set(plan.nodes.map(({ name }) => name));
  const earlier = before.rejoined.filter((name) => planned.has(name));
  const awaited = [...new Set([...Object.values(after), ...earlier])].sort();
  return { after, awaited, witness: staying ?? plan.managers[0] ?? "" };
}

function inPool(nodes: readonly NodePlan[], pool: string): string[] {
  return nodes.filter((node) => node.pool === pool).map(({ name }) => name);
}

/** Each with the one before it. */
function pairs(names: string[], first: string[]): [string, string][] {
  const all = [...first, ...names];
  return all.slice(1).map((name, index): [string, string] => [name, all[index] ?? ""]);
}

/** A worker on another site is new there. */
function isChanged(plan: Plan, node: NodePlan, { births, workers }: Before): boolean {
  const isManager = node.role === "manager";
  const was = (isManager ? births : workers)[node.name];
  if (was === undefined) return false;
  const found = differing(birthOf(plan, node), was);
  return found.length > 0 && (isManager || !found.includes("site"));
}
