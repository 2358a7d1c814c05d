import { cents } from "../spec/sizes/price";
import type { CostLine, NodePlan, Plan, PoolPlan } from "./types";

/** What is compared of a node: as the plan and the outputs of a deployment both have it. */
export type NodeFacts = Pick<NodePlan, "name" | "role" | "site" | "size">;

export interface NodeChanges {
  added: NodeFacts[];
  removed: NodeFacts[];
  /** Those that keep their name with another role, site or size. */
  changed: { before: NodeFacts; after: NodeFacts }[];
}

/** From the nodes that are there to those that are planned, by name. */
export function compareNodes(before: readonly NodeFacts[], after: readonly NodeFacts[]): NodeChanges {
  const was = new Map(before.map((node) => [node.name, node]));
  const is = new Set(after.map(({ name }) => name));
  return {
    added: after.filter(({ name }) => !was.has(name)),
    removed: before.filter(({ name }) => !is.has(name)),
    changed: after.flatMap((node) => {
      const old = was.get(node.name);
      return old === undefined || sameNode(old, node) ? [] : [{ before: old, after: node }];
    }),
  };
}

function sameNode(a: NodeFacts, b: NodeFacts): boolean {
  return a.role === b.role && a.site === b.site && a.size === b.size;
}

/** What a change of storm.yml comes to, for people: pools, nodes, price, limits, and what loss the cluster survives. */
export function printChange(before: Plan, after: Plan): string {
  const { added, removed, changed } = compareNodes(before.nodes, after.nodes);
  const names = (title: string, nodes: readonly { name: string }[]) =>
    nodes.length === 0 ? [] : [`${title}: ${listed(nodes.map(({ name }) => name))}`];
  const lines = [
    ...poolLines(before, after),
    ...names("New nodes", added),
    ...names("Nodes that go", removed),
    ...changed.map(({ before: old, after: now }) => `Node ${now.name}: ${facts(old)} -> ${facts(now)}`),
    `Cost: ${priceRange(before.cost)} -> ${priceRange(after.cost)} a month.`,
    costChange(after.cost.monthlyUsd, before.cost, "storm.yml as it is").trimEnd(),
    ...after.limits.map(limitSentence),
    ...(after.survives === before.survives ? [] : [`Was: ${before.survives}`, `Will be: ${after.survives}`]),
    ...after.warnings.filter((warning) => !before.warnings.includes(warning)).map((warning) => `Warning: ${warning}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function poolLines(before: Plan, after: Plan): string[] {
  const keys = [...new Set([...before.pools, ...after.pools].map(({ key }) => key))].sort();
  return keys.flatMap((key) => {
    const [old, now] = [before, after].map(({ pools }) => poolFacts(pools.find((pool) => pool.key === key)));
    return old === now ? [] : [`Pool ${key}: ${old} -> ${now}`];
  });
}

function poolFacts(pool: PoolPlan | undefined): string {
  if (pool === undefined) return "none";
  const count = pool.elastic ? `${pool.min}..${pool.max}` : String(pool.max);
  return `${count} ${pool.size}`;
}

export function facts({ role, site, size }: NodeFacts): string {
  return `${role}, ${size}, ${site}`;
}

/** "$120.50", with elastic pools "$120.50..$300.00". */
export function priceRange({ monthlyUsd, maxMonthlyUsd }: Pick<CostLine, "monthlyUsd" | "maxMonthlyUsd">): string {
  return monthlyUsd === maxMonthlyUsd ? dollars(monthlyUsd) : `${dollars(monthlyUsd)}..${dollars(maxMonthlyUsd)}`;
}

/** "$120.50" */
export function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** "Limit limits/global: 5 of 8 nodes, 3 left." */
export function limitSentence({ limit, what, used, most }: Plan["limits"][number]): string {
  const rest = Math.round((most - used) * 100) / 100;
  return `Limit ${limit}: ${used} of ${most} ${what}, ${rest} left.`;
}

/**
 * "Cost change: $10.00 a month more than now.", or "" without anything to compare with.
 * @param before the output `cost` of a deployment, or a plan's
 */
export function costChange(monthlyUsd: number, before: unknown, than = "now"): string {
  const old = (before as { monthlyUsd?: unknown } | undefined)?.monthlyUsd;
  if (typeof old !== "number") return "";
  const change = cents(monthlyUsd - old);
  if (change === 0) return "Cost change: none.\n";
  return `Cost change: ${dollars(Math.abs(change))} a month ${change > 0 ? "more" : "less"} than ${than}.\n`;
}

/** A name each, up to eight. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
