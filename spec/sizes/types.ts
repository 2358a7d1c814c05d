/** What the size catalog says of one provider. One file a provider; adding a provider is adding one. */

export const PORTABLE_SIZES = ["micro", "small", "medium", "large", "xlarge"] as const;
export type PortableSize = (typeof PORTABLE_SIZES)[number];

/** One type of machine. */
export interface MachineType {
  readonly cpus: number;
  readonly memoryMiB: number;
  /** On demand, Linux, in the provider's `pricedRegion`, 730 hours. */
  readonly monthlyUsd: number;
  readonly architecture: "amd64" | "arm64";
}

export interface SizeCatalog {
  /** An example for messages, e.g. "m6i.large". */
  readonly example: string;
  readonly portable: Readonly<Record<PortableSize, string>>;
  readonly types: ReadonlyMap<string, MachineType>;
  /** Names of the seeds and of retired types, and what each became. */
  readonly retired: Readonly<Record<string, string>>;
  /** The region whose prices these are. "" where nothing is charged. */
  readonly pricedRegion: string;
  /**
   * Price of a region's machines over those of `pricedRegion`, by one common type's list price in both; other types differ by some
   * per cent. A region that is missing counts as `pricedRegion`, with a warning. Undefined: one price everywhere.
   */
  readonly regionFactors?: Readonly<Record<string, number>>;
  /** Day of the prices, "" where nothing is charged. */
  readonly pricesOf: string;
  readonly source: string;
  /** Price of one GiB of a volume for a month. */
  readonly volumeGiBMonthlyUsd: number;
}

/** A price by the hour as a month's. */
export function monthly(hourlyUsd: number): number {
  return Math.round(hourlyUsd * 730 * 100) / 100;
}

/** Hourly prices of one type by region, as factors of its price in the priced region. */
export function byRegion(priced: number, hourlyUsd: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(hourlyUsd).map(([region, price]) => [region, price / priced]));
}
