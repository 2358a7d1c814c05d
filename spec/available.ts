/** What is left of the limits: how many more nodes of each size a cluster may have. */
import { type LimitSet, regionProblem, setsThatApply, sizeNames, sizeProblem, type Usage } from "./limits";
import { usage } from "./rules/limits";
import type { MachineProvider } from "./sizes/catalog";
import { catalog, resolveSize } from "./sizes/catalog";
import { machineMonthlyUsd } from "./sizes/price";
import { PORTABLE_SIZES } from "./sizes/types";
import type { Spec } from "./spec";
import { gibibytes } from "./units";

/** Nodes of one size that can be added at a place, nothing else being added. */
export interface Room {
  provider: MachineProvider;
  region: string;
  size: string;
  machineType: string;
  cpus: number;
  memoryGiB: number;
  /** Of each. */
  monthlyUsd: number;
  /** Undefined: no limit counts them. */
  more: number | undefined;
  /** What allows no more: "limits/global/nodes"; "" where nothing does. */
  by: string;
}

/** For each provider and region that storm.yml has nodes in: the portable sizes, and those that it or its limits name. */
export function available(spec: Spec): Room[] {
  const used = usage(spec);
  const places = new Map(spec.pools.map(({ provider, region }) => [`${provider} ${region}`, { provider, region }]));
  return [...places.values()].flatMap(({ provider, region }) =>
    sizesOf(spec, provider).flatMap((size): Room[] => {
      const resolved = resolveSize(provider, size);
      if (resolved === undefined) return [];
      const { machine, machineType } = resolved;
      const each: Usage = {
        nodes: 1,
        cpus: machine.cpus,
        memoryGiB: machine.memoryMiB / 1024,
        monthlyUsd: machineMonthlyUsd(provider, region, machine),
      };
      const names = [size, ...sizeNames(provider, machineType)];
      const bounds = setsThatApply(spec.limits).flatMap(({ path, limit }) => {
        const at = ["limits", ...path].join("/");
        const refused = [sizeProblem(path, limit, names) && "sizes", regionProblem(path, limit, region) && "regions"];
        return [
          ...refused.flatMap((key) => (key === undefined ? [] : [{ by: `${at}/${key}`, more: 0 }])),
          ...fits(limit, used, each).map(({ key, more }) => ({ by: `${at}/${key}`, more })),
        ];
      });
      const [least] = bounds.sort((a, b) => a.more - b.more);
      const { cpus, memoryGiB, monthlyUsd } = each;
      return [
        { provider, region, size, machineType, cpus, memoryGiB, monthlyUsd, more: least?.more, by: least?.by ?? "" },
      ];
    }),
  );
}

function fits(limit: LimitSet, used: Usage, each: Usage): { key: keyof LimitSet; more: number }[] {
  const rows: [keyof LimitSet, keyof Usage, number | undefined][] = [
    ["nodes", "nodes", limit.nodes],
    ["cpus", "cpus", limit.cpus],
    ["memory", "memoryGiB", limit.memory === undefined ? undefined : gibibytes(limit.memory)],
    ["monthlyCost", "monthlyUsd", limit.monthlyCost],
  ];
  return rows.flatMap(([key, what, most]) => {
    if (most === undefined || each[what] === 0) return [];
    // Sums of tenths of a processor, and of cents, are not exact.
    return [{ key, more: Math.max(0, Math.floor((most - used[what]) / each[what] + 1e-9)) }];
  });
}

function sizesOf({ pools, limits }: Spec, provider: MachineProvider): string[] {
  const used = pools.filter((pool) => pool.provider === provider).map(({ size }) => size);
  const allowed = setsThatApply(limits).flatMap(({ limit }) => limit.sizes ?? []);
  const types = [...used, ...allowed].map((size) => resolveSize(provider, size));
  // A size by its portable name and by the provider's is one.
  const others = types.flatMap((each) => (each === undefined ? [] : [each.size]));
  const { portable }: { portable: Readonly<Record<string, string>> } = catalog[provider].sizes;
  const known = new Set(Object.values(portable));
  return [...new Set([...PORTABLE_SIZES, ...others.filter((size) => !known.has(size))])];
}
