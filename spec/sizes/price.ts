import type { MachineProvider } from "./catalog";
import { catalog, machineProviders, resolveSize } from "./catalog";
import type { MachineType, SizeCatalog } from "./types";

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
  const { provider, region, size, volumeGiB } = pool;
  const machine = machineMonthlyUsd(provider, region, resolveSize(provider, size)?.machine);
  return cents(nodes * (machine + volumeMonthlyUsd(provider, region, volumeGiB)));
}

/** Of one machine, in whole cents: sums are the same however machines are grouped. A type without a price counts 0. */
export function machineMonthlyUsd(provider: MachineProvider, region: string, machine: MachineType | undefined): number {
  return cents((machine?.monthlyUsd ?? 0) * regionFactor(provider, region));
}

/** Of one volume of so many GiB, in whole cents. */
export function volumeMonthlyUsd(provider: MachineProvider, region: string, gibibytes: number): number {
  return cents(gibibytes * catalog[provider].sizes.volumeGiBMonthlyUsd * regionFactor(provider, region));
}

function regionFactor(provider: MachineProvider, region: string): number {
  const { sizes }: { sizes: SizeCatalog } = catalog[provider];
  return sizes.regionFactors?.[region] ?? 1;
}

/** Sums of prices, too: those of 0.1 are not exact. */
export function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
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
