import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import { quoted } from "../located";
import { nearestWord } from "../nearest";
import { MAX_NODES_OF_POOL } from "../schema/pools";
import type { ProviderCatalog } from "../sizes/catalog";
import { catalog, resolveSize, sizeWords } from "../sizes/catalog";
import { PORTABLE_SIZES } from "../sizes/types";
import type { PoolSpec, Spec } from "../spec";
import { poolField } from "./fields";

type PoolRule = (spec: Spec, pool: PoolSpec, provider: ProviderCatalog) => Issue[];

const poolRules: readonly PoolRule[] = [checkSize, checkRange, checkElastic, checkSpot, checkZones, checkVolume];

/** Sizes, ranges and what each provider can do. */
export function checkPools(spec: Spec): Issue[] {
  return spec.pools.flatMap((pool) => poolRules.flatMap((rule) => rule(spec, pool, catalog[pool.provider])));
}

function checkSize(spec: Spec, pool: PoolSpec, provider: ProviderCatalog): Issue[] {
  const path = poolField(pool, "size");
  const resolved = resolveSize(pool.provider, pool.size);
  if (resolved === undefined) {
    const words = sizeWords(pool.provider);
    const raw =
      provider.sizes.types.size > PORTABLE_SIZES.length
        ? [`a type of ${provider.title} such as ${provider.sizes.example}`]
        : [];
    const message = `must be a size of ${provider.title}, got ${quoted(pool.size)}`;
    return [
      errorAt(spec.source, path, message, {
        allowed: [...PORTABLE_SIZES, ...raw],
        nearest: nearestWord(pool.size, words),
      }),
    ];
  }
  if (resolved.became === undefined) return [];
  const type = resolved.became === resolved.machineType ? "" : ` (${resolved.machineType})`;
  const message = `${quoted(pool.size)} is a retired name; it became ${resolved.became}${type}`;
  return [errorAt(spec.source, path, message, { severity: "warning" })];
}

function checkRange(spec: Spec, pool: PoolSpec): Issue[] {
  if (!pool.elastic) return [];
  const at = (message: string): Issue[] => [
    errorAt(spec.source, poolField(pool, "count"), `${message}, got ${pool.min}..${pool.max}`),
  ];
  if (pool.min > pool.max) return at("must be a range whose first number is not above its second");
  if (pool.max < 1) return at("must be a range that ends above 0");
  // docs.digitalocean.com/reference/api: Droplet Autoscale Pools.
  if (pool.provider === "digitalocean" && (pool.min < 1 || pool.min > 500))
    return at("must be a range that begins from 1 to 500 on DigitalOcean");
  return pool.max > MAX_NODES_OF_POOL ? at(`must be at most ${MAX_NODES_OF_POOL} nodes in a pool`) : [];
}

function checkElastic(spec: Spec, pool: PoolSpec, provider: ProviderCatalog): Issue[] {
  const { source } = spec;
  const count = poolField(pool, "count");
  if (!pool.elastic) {
    return "scaleOn" in valueOf(spec, pool)
      ? [errorAt(source, poolField(pool, "scaleOn"), "is for elastic pools; give count as a range such as 2..10")]
      : [];
  }
  const issues: Issue[] = [];
  if (!provider.elastic)
    issues.push(
      errorAt(
        source,
        count,
        `must be a fixed number: ${provider.title} has no elastic pools, got ${pool.min}..${pool.max}`,
      ),
    );
  if (pool.role === "manager")
    issues.push(errorAt(source, count, "must be a fixed number for managers: a quorum needs known members"));
  if (pool.role === "data")
    issues.push(errorAt(source, count, "must be a fixed number for data nodes: each has a volume of its own"));
  return issues;
}

function checkSpot(spec: Spec, pool: PoolSpec, provider: ProviderCatalog): Issue[] {
  if (!pool.spot) return [];
  const at = (message: string): Issue[] => [errorAt(spec.source, poolField(pool, "spot"), message)];
  if (!provider.spot) return at(`must be false: ${provider.title} has no spot machines`);
  return pool.role === "manager" || pool.role === "data"
    ? at(`must be false for ${pool.role} nodes: a spot machine may go at any time`)
    : [];
}

function checkZones(spec: Spec, pool: PoolSpec, provider: ProviderCatalog): Issue[] {
  const { zones = [], zoneNames = zones } = provider.regions.get(pool.region) ?? {};
  const place = `${provider.title} ${pool.region}`;
  if (pool.zones.length === 0 && zones.length === 0 && zoneNames.length > 0) {
    const [one = "", two = ""] = zoneNames;
    const message =
      `needs zones: accounts see different ones of ${place}; name yours, for example zones: [${one}, ${two}] ` +
      `(aws ec2 describe-availability-zones --region ${pool.region} lists them)`;
    return [errorAt(spec.source, poolField(pool, "region"), message)];
  }
  return pool.zones.flatMap((zone, index) => {
    if (zoneNames.includes(zone)) return [];
    const path = [...poolField(pool, "zones"), index];
    if (zoneNames.length === 0)
      return [errorAt(spec.source, path, `${place} has no zones to choose from, got ${quoted(zone)}`)];
    const words = { allowed: zoneNames, nearest: nearestWord(zone, zoneNames) };
    return [errorAt(spec.source, path, `must be a zone of ${pool.region}, got ${quoted(zone)}`, words)];
  });
}

function checkVolume(spec: Spec, pool: PoolSpec, provider: ProviderCatalog): Issue[] {
  if (pool.volumeGiB === 0) return [];
  const at = (message: string): Issue[] => [errorAt(spec.source, poolField(pool, "volume"), message)];
  if (!provider.disks)
    return at(`must be left out: ${provider.title} nodes have no disk of their own, their volumes go with the node`);
  return pool.elastic && pool.role !== "data"
    ? at("is for pools with a fixed count: each volume belongs to one node")
    : [];
}

function valueOf(spec: Spec, pool: PoolSpec): object {
  const [key, , index] = pool.path;
  const entry = (spec.source.value as Record<string, { pools?: object[] } | undefined>)[String(key)];
  return (typeof index === "number" ? entry?.pools?.[index] : undefined) ?? {};
}
