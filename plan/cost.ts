import { catalog, machineProviders } from "../spec/sizes/catalog";
import { limitsThatApply, usage } from "../spec/rules/limits";
import { poolMonthlyUsd } from "../spec/sizes/price";
import type { Spec } from "../spec/spec";
import { gibibytes } from "../spec/units";
import type { LimitLine, Plan } from "./types";

/**
 * What the machines and their volumes cost a month at list price. Traffic, load balancers and addresses are not in it;
 * spot machines count in full, so the sum is never too low for them.
 */
export function costPlan(spec: Spec): Plan["cost"] {
  const lines = spec.pools
    .map((pool) => ({
      pool: `${pool.region === "" ? pool.provider : `${pool.provider}-${pool.region}`}/${pool.name}`,
      nodes: pool.min,
      monthlyUsd: poolMonthlyUsd(pool, pool.min),
      maxNodes: pool.max,
      maxMonthlyUsd: poolMonthlyUsd(pool, pool.max),
    }))
    .sort((a, b) => (a.pool < b.pool ? -1 : 1));
  return {
    lines,
    monthlyUsd: sum(lines.map((line) => line.monthlyUsd)),
    maxMonthlyUsd: sum(lines.map((line) => line.maxMonthlyUsd)),
    pricesOf: pricesOf(spec),
  };
}

/** "2025-06-01 (AWS, Azure)", or "" where nothing is charged. */
function pricesOf(spec: Spec): string {
  const priced = machineProviders.filter(
    (provider) => catalog[provider].sizes.pricesOf !== "" && spec.pools.some((pool) => pool.provider === provider),
  );
  if (priced.length === 0) return "";
  const oldest = priced.map((provider) => catalog[provider].sizes.pricesOf).sort()[0];
  return `${oldest} (${priced.map((provider) => catalog[provider].title).join(", ")})`;
}

/** What is used of each limit that applies, elastic pools at their largest; validation has seen that it is not more. */
export function limitPlan(spec: Spec): LimitLine[] {
  const used = usage(spec);
  return limitsThatApply(spec).flatMap(({ path, limit }) => {
    const line = (what: string, amount: number, most: number | undefined): LimitLine[] =>
      most === undefined ? [] : [{ limit: path.filter((part) => part !== "").join("/"), what, used: amount, most }];
    return [
      ...line("nodes", used.nodes, limit.nodes),
      ...line("CPUs", used.cpus, limit.cpus),
      ...line("GiB of memory", used.memoryGiB, limit.memory === undefined ? undefined : gibibytes(limit.memory)),
      ...line("US dollars a month", used.monthlyUsd, limit.monthlyCost),
    ];
  });
}

function sum(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((total, amount) => total + amount, 0) * 100) / 100;
}
