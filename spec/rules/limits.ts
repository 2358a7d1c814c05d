import { errorAt } from "../error-at";
import type { Issue, Path } from "../errors";
import { nearestWord } from "../nearest";
import { resolveSize } from "../sizes/catalog";
import { poolMonthlyUsd } from "../sizes/price";
import type { Spec } from "../spec";
import { gibibytes } from "../units";

type LimitSet = NonNullable<Spec["limits"]["global"]>;

/** The limits that this cluster counts for, each with its place: shared by the checks here and the policy pack. */
export function limitsThatApply(spec: Spec): { path: Path; limit: LimitSet }[] {
  const { global, accounts, groups, account, group } = spec.limits;
  const sets: { path: Path; limit: LimitSet | undefined }[] = [
    { path: ["limits", "global"], limit: global },
    { path: ["limits", "accounts", account ?? ""], limit: account === undefined ? undefined : accounts[account] },
    { path: ["limits", "groups", group ?? ""], limit: group === undefined ? undefined : groups[group] },
  ];
  return sets.flatMap(({ path, limit }) => (limit === undefined ? [] : [{ path, limit }]));
}

/** What the cluster uses at most: elastic pools at their largest. */
export function usage(spec: Spec): { nodes: number; cpus: number; memoryGiB: number; monthlyUsd: number } {
  const total = { nodes: spec.hosts.length, cpus: 0, memoryGiB: 0, monthlyUsd: 0 };
  for (const pool of spec.pools) {
    const machine = resolveSize(pool.provider, pool.size)?.machine;
    total.nodes += pool.max;
    total.cpus += pool.max * (machine?.cpus ?? 0);
    total.memoryGiB += (pool.max * (machine?.memoryMiB ?? 0)) / 1024;
    total.monthlyUsd += poolMonthlyUsd(pool, pool.max);
  }
  return { ...total, monthlyUsd: Math.round(total.monthlyUsd * 100) / 100 };
}

/** The cluster stays below every limit that applies to it. */
export function checkLimits(spec: Spec): Issue[] {
  return [
    ...checkNamed(spec, "account", "accounts"),
    ...checkNamed(spec, "group", "groups"),
    ...limitsThatApply(spec).flatMap(({ path, limit }) => [
      ...checkTotals(spec, path, limit),
      ...checkSizes(spec, path, limit),
      ...checkRegions(spec, path, limit),
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
  const used = usage(spec);
  const rows: [keyof LimitSet, number, number | undefined, string][] = [
    ["nodes", used.nodes, limit.nodes, `${used.nodes} nodes`],
    ["cpus", used.cpus, limit.cpus, `${used.cpus} CPUs`],
    ["memory", used.memoryGiB, limit.memory === undefined ? undefined : gibibytes(limit.memory), `${used.memoryGiB}GB`],
    ["monthlyCost", used.monthlyUsd, limit.monthlyCost, `${used.monthlyUsd} US dollars a month`],
  ];
  return rows.flatMap(([key, amount, most, words]) =>
    most === undefined || amount <= most
      ? []
      : [errorAt(spec.source, [...path, key], `the limit is ${limit[key]}, the cluster has up to ${words}`)],
  );
}

function checkSizes(spec: Spec, path: Path, limit: LimitSet): Issue[] {
  const { sizes } = limit;
  if (sizes === undefined) return [];
  return spec.pools.flatMap((pool) => {
    const resolved = resolveSize(pool.provider, pool.size);
    const names = [pool.size, resolved?.size, resolved?.machineType];
    if (sizes.some((size) => names.includes(size))) return [];
    return [
      errorAt(spec.source, pool.path, `its size ${pool.size} is not allowed by ${path.join("/")}/sizes`, {
        allowed: sizes,
      }),
    ];
  });
}

function checkRegions(spec: Spec, path: Path, limit: LimitSet): Issue[] {
  const { regions } = limit;
  if (regions === undefined) return [];
  return spec.pools
    .filter((pool) => pool.region !== "" && !regions.includes(pool.region))
    .map((pool) =>
      errorAt(spec.source, pool.path, `its region ${pool.region} is not allowed by ${path.join("/")}/regions`, {
        allowed: regions,
      }),
    );
}
