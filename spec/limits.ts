/** One rule set for limits: the checks of storm.yml ask it about pools, the policy pack about planned resources. */
import type { Path } from "./errors";
import type { MachineProvider } from "./sizes/catalog";
import { catalog } from "./sizes/catalog";
import { cents, machineMonthlyUsd, volumeMonthlyUsd } from "./sizes/price";
import type { MachineType, SizeCatalog } from "./sizes/types";
import { PORTABLE_SIZES } from "./sizes/types";
import type { Spec } from "./spec";
import { gibibytes } from "./units";

export type Limits = Spec["limits"];
export type LimitSet = NonNullable<Limits["global"]>;

/** What is limited by amount. */
export interface Usage {
  readonly nodes: number;
  readonly cpus: number;
  readonly memoryGiB: number;
  readonly monthlyUsd: number;
}

/** Machines of one type and region; an elastic pool's at its largest. */
export interface Machines {
  readonly provider: MachineProvider;
  readonly region: string;
  readonly count: number;
  /** Undefined: a type that the size catalog does not have. */
  readonly machine: MachineType | undefined;
}

/** Data disks of one size and region. */
export interface Disks {
  readonly provider: MachineProvider;
  readonly region: string;
  readonly count: number;
  /** Of each. */
  readonly gibibytes: number;
}

/** The sets of limits that a cluster counts for, each with its path below `limits`. */
export function setsThatApply(limits: Limits): { path: Path; limit: LimitSet }[] {
  const { global, accounts, groups, account, group } = limits;
  const sets: { path: Path; limit: LimitSet | undefined }[] = [
    { path: ["global"], limit: global },
    { path: ["accounts", account ?? ""], limit: account === undefined ? undefined : accounts[account] },
    { path: ["groups", group ?? ""], limit: group === undefined ? undefined : groups[group] },
  ];
  return sets.flatMap(({ path, limit }) => (limit === undefined ? [] : [{ path, limit }]));
}

/** The sum of it all; own hosts count as nodes only, for nobody says what they have or cost. */
export function usageOf(machines: readonly Machines[], disks: readonly Disks[], hosts: number): Usage {
  const total = { nodes: hosts, cpus: 0, memoryMiB: 0, usd: 0 };
  for (const { provider, region, count, machine } of machines) {
    total.nodes += count;
    total.cpus += count * (machine?.cpus ?? 0);
    total.memoryMiB += count * (machine?.memoryMiB ?? 0);
    total.usd += count * machineMonthlyUsd(provider, region, machine);
  }
  for (const { provider, region, count, gibibytes: each } of disks)
    total.usd += count * volumeMonthlyUsd(provider, region, each);
  const { nodes, cpus, memoryMiB, usd } = total;
  // Local sizes have tenths of a processor, and sums of 0.1 are not exact.
  return { nodes, cpus: Math.round(cpus * 100) / 100, memoryGiB: memoryMiB / 1024, monthlyUsd: cents(usd) };
}

/** Every amount of `used` that is over its limit, in the words of the message. */
export function exceeded(limit: LimitSet, used: Usage): { key: keyof LimitSet; message: string }[] {
  const rows: [keyof LimitSet, number, number | undefined, string][] = [
    ["nodes", used.nodes, limit.nodes, `${used.nodes} nodes`],
    ["cpus", used.cpus, limit.cpus, `${used.cpus} CPUs`],
    ["memory", used.memoryGiB, limit.memory === undefined ? undefined : gibibytes(limit.memory), `${used.memoryGiB}GB`],
    ["monthlyCost", used.monthlyUsd, limit.monthlyCost, `${used.monthlyUsd} US dollars a month`],
  ];
  return rows.flatMap(([key, amount, most, words]) =>
    most === undefined || amount <= most
      ? []
      : [{ key, message: `the limit is ${String(limit[key])}, the cluster has up to ${words}` }],
  );
}

/** What a list of allowed sizes may call a machine type: by itself, or by the portable sizes that it is. */
export function sizeNames(provider: MachineProvider, machineType: string): string[] {
  const { portable }: SizeCatalog = catalog[provider].sizes;
  return [machineType, ...PORTABLE_SIZES.filter((word) => portable[word] === machineType)];
}

/** Undefined when the size may be used; otherwise what is wrong. `names`: see sizeNames. */
export function sizeProblem(path: Path, { sizes }: LimitSet, names: readonly string[]): Refused | undefined {
  if (sizes === undefined || sizes.some((size) => names.includes(size))) return undefined;
  return { message: `its size ${names[0] ?? ""} is not allowed by ${path.join("/")}/sizes`, allowed: sizes };
}

/** Undefined when the region may be used, or there is none; otherwise what is wrong. */
export function regionProblem(path: Path, { regions }: LimitSet, region: string): Refused | undefined {
  if (regions === undefined || region === "" || regions.includes(region)) return undefined;
  return { message: `its region ${region} is not allowed by ${path.join("/")}/regions`, allowed: regions };
}

/** A message with the words that would have been right. */
export interface Refused {
  readonly message: string;
  readonly allowed: readonly string[];
}
