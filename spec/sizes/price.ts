import type { MachineProvider } from "./catalog";
import { catalog, machineProviders, resolveSize } from "./catalog";
import type { SizeCatalog } from "./types";

/** Prices older than this may have changed: the plan says so. */
const MAX_AGE_DAYS = 180;

interface PricedPool {
  readonly provider: MachineProvider;
  readonly region: string;
  readonly size: string;
  readonly volumeGiB: number;
}

/** US dollars a month for `nodes` machines of a pool with their volumes, on demand, at the region's price. */
export function poolMonthlyUsd(pool: PricedPool, nodes: number): number {
  const machine = resolveSize(pool.provider, pool.size)?.machine.monthlyUsd ?? 0;
  const { sizes }: { sizes: SizeCatalog } = catalog[pool.provider];
  const volume = pool.volumeGiB * sizes.volumeGiBMonthlyUsd;
  const factor = sizes.regionFactors?.[pool.region] ?? 1;
  return Math.round(nodes * (machine + volume) * factor * 100) / 100;
}

/** One sentence for each region in use whose price the catalog does not have. */
export function unknownPriceWarnings(used: readonly { provider: string; region: string }[]): string[] {
  return machineProviders.flatMap((provider) => {
    const { title, sizes }: { title: string; sizes: SizeCatalog } = catalog[provider];
    const regions = new Set(used.filter((site) => site.provider === provider).map((site) => site.region));
    const unknown = [...regions].filter((region) => sizes.regionFactors?.[region] === undefined).sort();
    if (sizes.regionFactors === undefined || unknown.length === 0) return [];
    return [`the prices of ${title} in ${unknown.join(", ")} are not known; those of ${sizes.pricedRegion} are shown`];
  });
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
