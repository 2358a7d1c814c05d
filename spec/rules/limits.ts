import { errorAt } from "../error-at";
import type { Issue, Path } from "../errors";
import type { LimitSet, Usage } from "../limits";
import { exceeded, limitsThatApply, regionProblem, sizeNames, sizeProblem, usageOf } from "../limits";
import { nearestWord } from "../nearest";
import { resolveSize } from "../sizes/catalog";
import type { PoolSpec, Spec } from "../spec";

/** What the cluster uses at most: elastic pools at their largest. */
export function usage(spec: Spec): Usage {
  return usageOf(
    spec.pools.map(({ provider, size, max }) => ({
      provider,
      count: max,
      machine: resolveSize(provider, size)?.machine,
    })),
    spec.pools.map(({ provider, volumeGiB, max }) => ({ provider, gibibytes: volumeGiB * max })),
    spec.hosts.length,
  );
}

/** The cluster stays below every limit that applies to it. */
export function checkLimits(spec: Spec): Issue[] {
  return [
    ...checkNamed(spec, "account", "accounts"),
    ...checkNamed(spec, "group", "groups"),
    ...limitsThatApply(spec.limits).flatMap((set) => {
      const path = ["limits", ...set.path];
      return [
        ...checkTotals(spec, path, set.limit),
        ...spec.pools.flatMap((pool) => checkPool(spec, path, set.limit, pool)),
      ];
    }),
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
