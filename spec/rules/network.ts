import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import { valueAt } from "../located";
import { catalog, machineProviders } from "../sizes/catalog";
import type { Spec } from "../spec";
import { parseCidr, WORLD_IPV4_PREFIX } from "../units";

type CidrKey = "meshCidr" | "overlayCidr" | "bridgeCidr" | "siteCidr";

/** [key, shortest prefix, longest prefix]: too small a mesh has no room for the pools' blocks. */
const SIZES: [CidrKey, number, number][] = [
  ["meshCidr", 8, 16],
  ["overlayCidr", 8, 16],
  ["bridgeCidr", 12, 20],
  ["siteCidr", 16, 16],
];

/** Address ranges are large enough and apart; a mesh is only left out where nothing is far. */
export function checkNetwork(spec: Spec): Issue[] {
  return [...checkSizes(spec), ...checkOverlaps(spec), ...checkMesh(spec), ...checkPrivate(spec), ...checkAdmins(spec)];
}

/** SSH, the Docker API and Consul's are for those who run the cluster. The policy pack says the same of the rules that come of it. */
function checkAdmins(spec: Spec): Issue[] {
  return spec.network.adminCidrs.flatMap((cidr, index) => {
    if (parseCidr(cidr).prefix > WORLD_IPV4_PREFIX) return [];
    const message = `must be a network of those who run the cluster, from /${WORLD_IPV4_PREFIX + 1} to /32: ${cidr} would open SSH and the Docker API to the world`;
    return [errorAt(spec.source, ["network", "adminCidrs", index], message)];
  });
}

function checkSizes(spec: Spec): Issue[] {
  return SIZES.flatMap(([key, shortest, longest]) => {
    const cidr = spec.network[key];
    const { prefix } = parseCidr(cidr);
    if (prefix >= shortest && prefix <= longest) return [];
    return [
      errorAt(
        spec.source,
        ["network", key],
        `must be a network ${shortest === longest ? `of` : `from /${shortest} to`} /${longest}, got ${cidr}`,
      ),
    ];
  });
}

function checkOverlaps(spec: Spec): Issue[] {
  return SIZES.flatMap(([first], index) =>
    SIZES.slice(0, index).flatMap(([second]) => {
      if (!overlap(spec.network[first], spec.network[second])) return [];
      // The one that is written in the file can be put right there; the other may be a default.
      const [key, other] = isWritten(spec, first) ? [first, second] : [second, first];
      const message = `must not overlap ${other} ${spec.network[other]}, got ${spec.network[key]}`;
      return [errorAt(spec.source, ["network", key], message)];
    }),
  );
}

function isWritten(spec: Spec, key: CidrKey): boolean {
  return valueAt(spec.source.value, ["network", key]) !== undefined;
}

function checkMesh(spec: Spec): Issue[] {
  if (spec.network.mesh !== "off") return [];
  const sites = new Set(spec.pools.map((pool) => `${catalog[pool.provider].title} ${pool.region}`.trim()));
  if (spec.hosts.length > 0) sites.add("Hosts");
  if (sites.size === 1 && spec.hosts.length === 0) return [];
  const message = `must be wireguard: only a single site of one provider can do without the mesh, got ${[...sites].sort().join(", ")}`;
  return [errorAt(spec.source, ["network", "mesh"], message)];
}

function checkPrivate(spec: Spec): Issue[] {
  if (!spec.network.private) return [];
  const sites = new Set(spec.pools.map((pool) => `${catalog[pool.provider].title} ${pool.region}`.trim()));
  if (spec.hosts.length > 0) sites.add("Hosts");
  if (sites.size === 1 && spec.pools.some((pool) => catalog[pool.provider].private)) return [];
  // Two sites behind NAT have no way to each other.
  const able = machineProviders
    .filter((provider) => catalog[provider].private)
    .map((provider) => catalog[provider].title);
  const message = `must be false but on a single site of ${able.join(" or ")}, got ${[...sites].sort().join(", ")}`;
  return [errorAt(spec.source, ["network", "private"], message)];
}

function overlap(a: string, b: string): boolean {
  const [first, second] = [parseCidr(a), parseCidr(b)];
  return first.base < second.base + second.size && second.base < first.base + first.size;
}
