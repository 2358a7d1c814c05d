import type { Path } from "./errors";
import type { HostEntry, NodesEntry, StormFile } from "./schema";
import type { MachineProvider } from "./sizes/catalog";
import { catalog, machineProviders } from "./sizes/catalog";
import type { HostSpec, PoolSpec } from "./spec";
import { gibibytes, percent } from "./units";

/** Where no nodes are asked for, Storm runs on this machine. */
const DEFAULT_NODES: [number, string] = [3, "small"];
const DEFAULT_DATA_VOLUME_GIB = 20;
const DEFAULT_SCALE_ON_CPU = 70;

type LongForm = Exclude<NodesEntry, unknown[]>;
type CloudPool = Extract<LongForm, { region: string }>["pools"][number];
type LocalPool = LongForm["pools"][number];
/** A cloud's pool, or a local one without what only clouds have. */
type LongPool = LocalPool & Partial<CloudPool>;

/** Short and long forms as one list of pools. */
export function normalizePools(file: StormFile): PoolSpec[] {
  const pools = machineProviders.flatMap((provider) => {
    const entry = file[catalog[provider].key];
    return entry === undefined ? [] : providerPools(provider, entry);
  });
  return pools.length > 0 || file.Hosts !== undefined ? pools : providerPools("local", DEFAULT_NODES);
}

export function normalizeHosts(hosts: readonly HostEntry[]): HostSpec[] {
  return hosts.map((host, index) => ({
    name: host.name ?? defaultHostName(host.address),
    address: host.address,
    user: host.user,
    port: host.port,
    hostKey: keyOf(host.hostKey),
    role: host.role ?? "auto",
    labels: textLabels(host.labels),
    region: host.region ?? "",
    path: ["Hosts", index],
  }));
}

function providerPools(provider: MachineProvider, entry: NodesEntry): PoolSpec[] {
  const { key, defaultRegion } = catalog[provider];
  if (Array.isArray(entry)) {
    const [count, size] = entry;
    // A short form's pool is called like its provider, so that adding a long form elsewhere renames nothing.
    return [longPool(provider, defaultRegion, { name: provider, count, size, labels: {} }, [key])];
  }
  const region = "region" in entry ? entry.region : defaultRegion;
  return entry.pools.map((pool, index) => longPool(provider, region, pool, [key, "pools", index]));
}

function longPool(provider: MachineProvider, providerRegion: string, pool: LongPool, path: Path): PoolSpec {
  const [min, max] = range(pool.count);
  const elastic = typeof pool.count === "string";
  const role = pool.role ?? "auto";
  const defaultVolume = role === "data" && catalog[provider].disks ? DEFAULT_DATA_VOLUME_GIB : 0;
  return {
    provider,
    region: pool.region ?? providerRegion,
    name: pool.name,
    min,
    max,
    elastic,
    size: pool.size,
    role,
    volumeGiB: pool.volume === undefined ? defaultVolume : gibibytes(pool.volume),
    labels: textLabels(pool.labels),
    spot: pool.spot ?? false,
    scaleOnCpu: pool.scaleOn === undefined ? (elastic ? DEFAULT_SCALE_ON_CPU : undefined) : percent(pool.scaleOn.cpu),
    zones: pool.zones ?? [],
    path,
  };
}

function range(count: number | string): [number, number] {
  if (typeof count === "number") return [count, count];
  const [min = "", max = ""] = count.split("..");
  return [Number(min), Number(max)];
}

function textLabels(labels: Record<string, string | number | boolean>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

/** The line may begin with the host, as ssh-keyscan prints it, and end with a comment. */
function keyOf(line: string): string {
  return /(ssh-ed25519|ecdsa-sha2-\S+) \S+/.exec(line)?.[0] ?? line;
}

/** Of the address, never of the place in the list: taking out one host must not rename the others. */
function defaultHostName(address: string): string {
  return `host-${address.replace(/\./g, "-")}`.slice(0, 40).replace(/-+$/, "");
}
