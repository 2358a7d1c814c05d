import type { MachineProvider } from "./catalog";
import { catalog, machineProviders, resolveSize } from "./catalog";

/** Prices older than this may have changed: the plan says so. */
const MAX_AGE_DAYS = 180;

interface PricedPool {
  readonly provider: MachineProvider;
  readonly size: string;
  readonly volumeGiB: number;
}

/** US dollars a month for `nodes` machines of a pool with their volumes, at the on-demand price of the catalog's region. */
export function poolMonthlyUsd(pool: PricedPool, nodes: number): number {
  const machine = resolveSize(pool.provider, pool.size)?.machine.monthlyUsd ?? 0;
  const volume = pool.volumeGiB * catalog[pool.provider].sizes.volumeGiBMonthlyUsd;
  return Math.round(nodes * (machine + volume) * 100) / 100;
}

/** One sentence for each provider in use whose prices are older than 180 days on the day `today`. */
export function priceAgeWarnings(used: readonly string[], today: Date): string[] {
  return machineProviders.flatMap((provider) => {
    const { title, sizes } = catalog[provider];
    if (sizes.pricesOf === "" || !used.includes(provider)) return [];
    const days = Math.floor((today.getTime() - Date.parse(sizes.pricesOf)) / 86_400_000);
    if (days <= MAX_AGE_DAYS) return [];
    return [`the prices of ${title} are of ${sizes.pricesOf}, ${days} days old; see ${sizes.source}`];
  });
}
