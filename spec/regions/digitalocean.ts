import type { Region } from "./types";

/** DigitalOcean's regions that take new Droplets. They have no zones to choose from. */
const REGIONS: [string, number, number][] = [
  ["nyc1", 40.7, -74.0],
  ["nyc2", 40.7, -74.0],
  ["nyc3", 40.7, -74.0],
  ["sfo2", 37.8, -122.4],
  ["sfo3", 37.8, -122.4],
  ["tor1", 43.7, -79.4],
  ["atl1", 33.7, -84.4],
  ["ams3", 52.4, 4.9],
  ["lon1", 51.5, -0.1],
  ["fra1", 50.1, 8.7],
  ["blr1", 13.0, 77.6],
  ["sgp1", 1.3, 103.8],
  ["syd1", -33.9, 151.2],
];

export const digitaloceanRegions: ReadonlyMap<string, Region> = new Map(
  REGIONS.map(([name, latitude, longitude]): [string, Region] => [name, { latitude, longitude, zones: [] }]),
);
