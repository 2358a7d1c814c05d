import type { MachineProvider } from "../spec/sizes/catalog";
import { catalog, cloudProviders } from "../spec/sizes/catalog";
import type { Region } from "../spec/regions/types";

/**
 * Estimated round trips between regions. Light in glass goes 100 km and back in 1 ms; real cables take about 1.7 times
 * the way of a great circle, and the networks at both ends some milliseconds. Measured again at deploy.
 */
const DETOUR = 1.7;
const KM_PER_MS = 100;
const ENDS_MS = 2;
const EARTH_RADIUS_KM = 6371;

/** The longest mean round trip between Consul servers. */
export const NEAR_MS = 50;

/** Round trip in milliseconds between two places; Infinity where one is unknown. */
export function roundTripMs(a: Region | undefined, b: Region | undefined): number {
  if (a === undefined || b === undefined) return Infinity;
  return Math.round((greatCircleKm(a, b) * DETOUR) / KM_PER_MS + ENDS_MS);
}

/** Where a site is. Hosts name the cloud region nearest to them; nodes on this machine have no distance to anything else. */
export function regionOf(provider: MachineProvider | "hosts", region: string): Region | undefined {
  if (provider !== "hosts") return (catalog[provider].regions as ReadonlyMap<string, Region>).get(region);
  return cloudProviders.map((cloud) => catalog[cloud].regions.get(region)).find((found) => found !== undefined);
}

function greatCircleKm(a: Region, b: Region): number {
  const [latitudeA, latitudeB] = [radians(a.latitude), radians(b.latitude)];
  const halfLatitude = Math.sin((latitudeB - latitudeA) / 2);
  const halfLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const chord = halfLatitude ** 2 + Math.cos(latitudeA) * Math.cos(latitudeB) * halfLongitude ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
