import type { SizeCatalog } from "../spec/sizes/types";
import { catalog, machineProviders } from "../spec/sizes/catalog";
import { poolMonthlyUsd } from "../spec/sizes/price";
import type { Spec } from "../spec/spec";
import type { Plan } from "./types";

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

/** "2025-06-01 (AWS us-east-1, Azure eastus)", or "" where nothing is charged. */
function pricesOf(spec: Spec): string {
  const priced = machineProviders.filter(
    (provider) => catalog[provider].sizes.pricesOf !== "" && spec.pools.some((pool) => pool.provider === provider),
  );
  if (priced.length === 0) return "";
  const sizes = (provider: (typeof priced)[number]): SizeCatalog => catalog[provider].sizes;
  const oldest = priced.map((provider) => sizes(provider).pricesOf).sort()[0];
  return `${oldest} (${priced.map((provider) => `${catalog[provider].title} ${sizes(provider).pricedRegion}`).join(", ")})`;
}

function sum(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((total, amount) => total + amount, 0) * 100) / 100;
}
