import { regionOf, roundTripMs } from "./distance";
import type { Plan } from "./types";

/** Two sites that have managers, by name, the first one's sorting before. */
export interface RoundTrip {
  from: string;
  to: string;
  /** Milliseconds; Infinity where a place is unknown. */
  estimatedMs: number;
}

/** Estimated round trips between the managers' sites; none where they are on one. */
export function managerRoundTrips({ sites, nodes }: Pick<Plan, "sites" | "nodes">): RoundTrip[] {
  const withManagers = sites
    .filter(({ name }) => nodes.some((node) => node.site === name && node.role === "manager"))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return withManagers.flatMap((a, index) =>
    withManagers.slice(index + 1).map((b) => ({
      from: a.name,
      to: b.name,
      estimatedMs: roundTripMs(regionOf(a.provider, a.region), regionOf(b.provider, b.region)),
    })),
  );
}

/** "11 ms", or "unknown". */
export function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${value} ms` : "unknown";
}
