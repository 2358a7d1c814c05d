/**
 * DigitalOcean Droplets. Prices: list prices by the month, the same in every region, as known to the authors in June
 * 2025, not read from a price list by a program: check them at https://www.digitalocean.com/pricing/droplets before
 * relying on them.
 */
import type { MachineType, SizeCatalog } from "./types";

/** [name, CPUs, memory in GiB, price by the month] */
const TYPES: [string, number, number, number][] = [
  ["s-1vcpu-512mb-10gb", 1, 0.5, 4],
  ["s-1vcpu-1gb", 1, 1, 6],
  ["s-1vcpu-2gb", 1, 2, 12],
  ["s-2vcpu-2gb", 2, 2, 18],
  ["s-2vcpu-4gb", 2, 4, 24],
  ["s-4vcpu-8gb", 4, 8, 48],
  ["s-8vcpu-16gb", 8, 16, 96],
  ["s-1vcpu-1gb-amd", 1, 1, 7],
  ["s-1vcpu-2gb-amd", 1, 2, 14],
  ["s-2vcpu-2gb-amd", 2, 2, 21],
  ["s-2vcpu-4gb-amd", 2, 4, 28],
  ["s-4vcpu-8gb-amd", 4, 8, 56],
  ["s-8vcpu-16gb-amd", 8, 16, 112],
  ["s-1vcpu-1gb-intel", 1, 1, 7],
  ["s-1vcpu-2gb-intel", 1, 2, 14],
  ["s-2vcpu-2gb-intel", 2, 2, 21],
  ["s-2vcpu-4gb-intel", 2, 4, 28],
  ["s-4vcpu-8gb-intel", 4, 8, 56],
  ["s-8vcpu-16gb-intel", 8, 16, 112],
  ["c-2", 2, 4, 42],
  ["c-4", 4, 8, 84],
  ["c-8", 8, 16, 168],
  ["c-16", 16, 32, 336],
  ["g-2vcpu-8gb", 2, 8, 63],
  ["g-4vcpu-16gb", 4, 16, 126],
  ["g-8vcpu-32gb", 8, 32, 252],
  ["g-16vcpu-64gb", 16, 64, 504],
  ["m-2vcpu-16gb", 2, 16, 84],
  ["m-4vcpu-32gb", 4, 32, 168],
  ["m-8vcpu-64gb", 8, 64, 336],
];

export const digitaloceanSizes: SizeCatalog = {
  example: "s-2vcpu-4gb",
  portable: {
    micro: "s-1vcpu-1gb",
    small: "s-1vcpu-2gb",
    medium: "s-2vcpu-4gb",
    large: "s-4vcpu-8gb",
    xlarge: "s-8vcpu-16gb",
  },
  types: new Map(
    TYPES.map(([name, cpus, gib, monthlyUsd]): [string, MachineType] => [
      name,
      { cpus, memoryMiB: gib * 1024, monthlyUsd, architecture: "amd64" },
    ]),
  ),
  retired: retiredNames(),
  pricedRegion: "nyc3",
  pricesOf: "2025-06-01",
  source: "https://www.digitalocean.com/pricing/droplets",
  volumeGiBMonthlyUsd: 0.1,
};

/** Droplets were named by their memory: "1G" in the seed's file, "1gb" in the first API, "1GB" in its pages. */
function retiredNames(): Record<string, string> {
  const sizes: [string, string][] = [
    ["1", "micro"],
    ["2", "small"],
    ["4", "medium"],
    ["8", "large"],
    ["16", "xlarge"],
  ];
  const units = ["G", "GB", "gb"];
  const named = sizes.flatMap(([gib, became]) => units.map((unit): [string, string] => [gib + unit, became]));
  const half = ["512M", "512MB", "512mb"].map((name): [string, string] => [name, "s-1vcpu-512mb-10gb"]);
  return Object.fromEntries([...half, ...named]);
}
