import type { Region } from "../spec/regions/types";
import type { MachineProvider } from "../spec/sizes/catalog";
import { catalog, resolveSize } from "../spec/sizes/catalog";
import type { HostSpec, PoolSpec, Spec } from "../spec/spec";
import { meshBlocks, nodeAddress } from "./mesh";
import type { NodePlan, PoolPlan, SitePlan } from "./types";

export interface Inventory {
  sites: SitePlan[];
  pools: PoolPlan[];
  /** Roles as storm.yml says them; see managers.ts for the rest. */
  nodes: (Omit<NodePlan, "role"> & { role: PoolPlan["role"] })[];
}

/** Sites, pools and nodes, in the order of their names: the order in storm.yml changes nothing. */
export function inventory(spec: Spec): Inventory {
  const hostPools = [...new Set(spec.hosts.map(hostSite))].map((site) => `${site}/hosts`);
  const blocks = meshBlocks(
    spec.network.meshCidr,
    spec.pools.map(poolKey),
    spec.hosts.map((host) => host.name),
  );
  const pools = [
    ...spec.pools.map((pool) => poolPlan(pool, blocks.cidr.get(poolKey(pool)) ?? "")),
    ...hostPools.map((key) => hostPoolPlan(key, spec.hosts, blocks.hostsCidr)),
  ].sort(by((pool) => pool.key));
  const fixed = [...spec.pools].filter((pool) => !pool.elastic).sort(by(poolKey));
  const hosts = [...spec.hosts].sort(by((host) => host.name));
  return {
    sites: sitePlans(spec),
    pools,
    nodes: [
      ...fixed.flatMap((pool) => poolNodes(pool, blocks.cidr.get(poolKey(pool)) ?? "")),
      ...hosts.map((host) => hostNode(host, blocks.hosts.get(host.name) ?? "")),
    ],
  };
}

function siteName(provider: string, region: string): string {
  return region === "" ? provider : `${provider}-${region}`;
}

function poolKey(pool: PoolSpec): string {
  return `${siteName(pool.provider, pool.region)}/${pool.name}`;
}

function hostSite(host: HostSpec): string {
  return siteName("hosts", host.region);
}

function sitePlans(spec: Spec): SitePlan[] {
  const sites = new Map<string, SitePlan>();
  const add = (provider: SitePlan["provider"], region: string): void => {
    const name = siteName(provider, region);
    sites.set(name, { name, provider, region });
  };
  for (const pool of spec.pools) add(pool.provider, pool.region);
  for (const host of spec.hosts) add("hosts", host.region);
  return [...sites.values()].sort(by((site) => site.name));
}

function poolPlan(pool: PoolSpec, meshCidr: string): PoolPlan {
  const resolved = resolveSize(pool.provider, pool.size);
  return {
    key: poolKey(pool),
    name: pool.name,
    site: siteName(pool.provider, pool.region),
    role: pool.role,
    size: resolved?.size ?? pool.size,
    machineType: resolved?.machineType ?? pool.size,
    architecture: resolved?.machine.architecture ?? "amd64",
    min: pool.min,
    max: pool.max,
    elastic: pool.elastic,
    scaleOnCpu: pool.scaleOnCpu ?? 0,
    spot: pool.spot,
    volumeGiB: pool.volumeGiB,
    zones: zonesOf(pool),
    labels: { ...pool.labels },
    meshCidr,
  };
}

/** Hosts of one place are a pool whose nodes each have a role of their own. */
function hostPoolPlan(key: string, hosts: readonly HostSpec[], meshCidr: string): PoolPlan {
  const site = key.split("/")[0] ?? "";
  const count = hosts.filter((host) => hostSite(host) === site).length;
  return {
    key,
    name: "hosts",
    site,
    role: "auto",
    size: "host",
    machineType: "host",
    architecture: "amd64",
    min: count,
    max: count,
    elastic: false,
    scaleOnCpu: 0,
    spot: false,
    volumeGiB: 0,
    zones: [],
    labels: {},
    meshCidr,
  };
}

function poolNodes(pool: PoolSpec, meshCidr: string): Inventory["nodes"] {
  const resolved = resolveSize(pool.provider, pool.size);
  const zones = zonesOf(pool);
  return Array.from({ length: pool.min }, (_, index) => ({
    name: `${pool.name}-${index + 1}`,
    site: siteName(pool.provider, pool.region),
    pool: poolKey(pool),
    role: pool.role,
    size: resolved?.size ?? pool.size,
    machineType: resolved?.machineType ?? pool.size,
    zone: zones[index % zones.length] ?? "",
    labels: { ...pool.labels },
    meshAddress: nodeAddress(meshCidr, index + 1),
    cpus: resolved?.machine.cpus ?? 0,
    memoryMiB: resolved?.machine.memoryMiB ?? 0,
  }));
}

function hostNode(host: HostSpec, meshAddress: string): Inventory["nodes"][number] {
  return {
    name: host.name,
    site: hostSite(host),
    pool: `${hostSite(host)}/hosts`,
    role: host.role,
    size: "host",
    machineType: "host",
    zone: "",
    labels: { ...host.labels },
    meshAddress,
    // Not known before the machine is reached.
    cpus: 0,
    memoryMiB: 0,
    address: host.address,
    user: host.user,
    port: host.port,
    hostKey: host.hostKey,
  };
}

function zonesOf(pool: PoolSpec): string[] {
  if (pool.zones.length > 0) return [...pool.zones];
  const regions: ReadonlyMap<string, Region> = catalog[pool.provider satisfies MachineProvider].regions;
  return [...(regions.get(pool.region)?.zones ?? [])];
}

function by<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
