import { errorAt } from "../error-at";
import type { Issue, Path } from "../errors";
import type { Spec } from "../spec";

const MANAGER_COUNTS = [1, 3, 5, 7];

/** The managers of the whole cluster are 1, 3, 5 or 7; without any named, some node must be free to become one. */
export function checkManagers(spec: Spec): Issue[] {
  const named: { path: Path; count: number }[] = [
    ...spec.pools
      .filter((pool) => pool.role === "manager" && !pool.elastic)
      .map((pool) => ({ path: countOf(pool.path), count: pool.min })),
    ...spec.hosts.filter((host) => host.role === "manager").map((host) => ({ path: [...host.path, "role"], count: 1 })),
  ];
  const total = named.reduce((sum, part) => sum + part.count, 0);
  const last = named.at(-1);
  if (last !== undefined) {
    if (MANAGER_COUNTS.includes(total)) return [];
    const message = `must be an odd number of managers over the whole cluster, at most 7, got ${total}`;
    // Of several pools, the sum says nothing about the one.
    const nearest = named.length > 1 || total > 7 ? undefined : String(total + 1);
    return [errorAt(spec.source, last.path, message, { allowed: MANAGER_COUNTS.map(String), nearest })];
  }
  const free =
    spec.pools.some((pool) => pool.role === "auto" && !pool.elastic && !pool.spot) ||
    spec.hosts.some((host) => host.role === "auto");
  // An elastic pool of managers has its own error.
  if (free || spec.pools.some((pool) => pool.role === "manager")) return [];
  const message = "no node can be a manager: give a pool with a fixed count `role: manager`, or leave its role out";
  return [errorAt(spec.source, spec.pools[0]?.path ?? [], message)];
}

function countOf(path: Path): Path {
  return path.length === 1 ? [...path, 0] : [...path, "count"];
}
