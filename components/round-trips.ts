import { NEAR_MS } from "../plan/distance";
import { managerRoundTrips, milliseconds } from "../plan/round-trips";
import type { NodePlan, Plan } from "../plan/types";

/** What a manager measured, by the other's name. Milliseconds. */
export type RoundTrips = Record<string, { meanMs: number; worstMs: number }>;

/** Connections a manager makes to each other one, and seconds within which it must have reached it at all. */
const TRIES = 10;
const PATIENCE_SECONDS = 120;

/** What storm_round_trips.py reads; undefined where all managers are on one site, and nothing is measured. */
export function measurement(plan: Plan): object | undefined {
  const managers = plan.nodes.filter((node) => node.role === "manager");
  if (new Set(managers.map((node) => node.site)).size < 2) return undefined;
  return {
    managers: Object.fromEntries(managers.map((node) => [node.name, node.meshAddress])),
    limitMs: NEAR_MS,
    tries: TRIES,
    patienceSeconds: PATIENCE_SECONDS,
  };
}

/** The same for one node: workers measure nothing. */
export function measurementBy(plan: Plan, { role }: NodePlan): object | undefined {
  return role === "manager" ? measurement(plan) : undefined;
}

/**
 * Where a manager's figures are not what the plan chose the managers by: more than 10 ms and half the estimate away from it, or too
 * slow for a quorum that is there already. Each pair is told of by one of the two.
 */
export function surprises(plan: Plan, manager: NodePlan, measured: RoundTrips): string[] {
  const estimates = managerRoundTrips(plan);
  return Object.entries(measured).flatMap(([name, { meanMs, worstMs }]) => {
    const other = plan.nodes.find((node) => node.name === name);
    if (other === undefined || other.site === manager.site || other.name < manager.name) return [];
    const sites = [manager.site, other.site].sort();
    const estimatedMs = estimates.find(({ from, to }) => from === sites[0] && to === sites[1])?.estimatedMs ?? Infinity;
    const figures =
      `round trip between managers ${manager.name} and ${name}: ${meanMs} ms on average, ${worstMs} ms at worst, ` +
      `estimated ${milliseconds(estimatedMs)}`;
    if (meanMs > NEAR_MS)
      return [
        `${figures}. Consul's servers may be ${NEAR_MS} ms apart at most: it may lose its leader. Move managers near each other ` +
          "one by one, by `role: manager` in storm.yml",
      ];
    if (!Number.isFinite(estimatedMs) || Math.abs(meanMs - estimatedMs) <= Math.max(10, estimatedMs / 2)) return [];
    return [figures];
  });
}
