import type { PoolSpec } from "../spec";

/** Where a field of a pool is in storm.yml. The short form has its count and size by position. */
export function poolField(pool: PoolSpec, name: string): (string | number)[] {
  if (pool.path.length > 1) return [...pool.path, name];
  const position: Record<string, number> = { count: 0, size: 1 };
  const index = position[name];
  return index === undefined ? [...pool.path] : [...pool.path, index];
}
