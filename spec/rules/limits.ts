import { errorAt } from "../error-at";
import type { Issue, Path } from "../errors";
import type { LimitSet, Usage } from "../limits";
import { exceeded, regionProblem, setsThatApply, sizeNames, sizeProblem, usageOf } from "../limits";
import { nearestWord } from "../nearest";
import { resolveSize } from "../sizes/catalog";
import type { PoolSpec, Spec } from "../spec";

/** The limits that this cluster counts for, each with its place. */
export function limitsThatApply(spec: Spec): { path: Path; limit: LimitSet }[] {
  return setsThatApply(spec.limits).map(({ path, limit }) => ({ path: ["limits", ...path], limit }));
}

/** What the cluster uses at most: elastic pools at their largest. */
export function usage(spec: Spec): Usage {
  const machines = spec.pools.map(({ provider, region, size, max }) => {
    return { provider, region, count: max, machine: resolveSize(provider, size)?.machine };
  });
  const disks = spec.pools.map(({ provider, region, volumeGiB, max }) => {
    return { provider, region, count: max, gibibytes: volumeGiB };
  });
  return usageOf(machines, disks, spec.hosts.length);
}

/** The cluster stays below every limit that applies to it. */
export function checkLimits(spec: Spec): Issue[] {
  return [
    ...checkNamed(spec, "account", "accounts"),
    ...checkNamed(spec, "group", "groups"),
    ...limitsThatApply(spec).flatMap(({ path, limit }) => [
      ...checkTotals(spec, path, limit),
      ...spec.pools.flatMap((pool) => checkPool(spec, path, limit, pool)),
    ]),
  ];
}

function checkNamed(spec: Spec, one: "account" | "group", many: "accounts" | "groups"): Issue[] {
  const name = spec.limits[one];
  const names = Object.keys(spec.limits[many]);
  if (name === undefined || names.length === 0 || names.includes(name)) return [];
  const words = { allowed: names, nearest: nearestWord(name, names) };
  return [errorAt(spec.source, ["limits", one], `must be one of ${many}, got "${name}"`, words)];
}

function checkTotals(spec: Spec, path: Path, limit: LimitSet): Issue[] {
  return exceeded(limit, usage(spec)).map(({ key, message }) => errorAt(spec.source, [...path, key], message));
}

function checkPool(spec: Spec, path: Path, limit: LimitSet, pool: PoolSpec): Issue[] {
  const machineType = resolveSize(pool.provider, pool.size)?.machineType;
  const names = [pool.size, ...(machineType === undefined ? [] : sizeNames(pool.provider, machineType))];
  return [sizeProblem(path, limit, names), regionProblem(path, limit, pool.region)].flatMap((problem) =>
    problem === undefined ? [] : [errorAt(spec.source, pool.path, problem.message, { allowed: problem.allowed })],
  );
}
