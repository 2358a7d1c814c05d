import { NEAR_MS, regionOf, roundTripMs } from "./distance";
import type { Inventory } from "./nodes";
import type { SitePlan } from "./types";

type Node = Inventory["nodes"][number];

interface Candidates {
  site: SitePlan;
  nodes: Node[];
}

/**
 * The names of the managers. Named ones win. Else one on each of three sites near each other, so that losing a site
 * keeps the quorum; else three nodes of the largest site, over its zones; else one. First nodes of a pool are chosen
 * before later ones, so that a pool may grow without moving a manager.
 */
export function electManagers({ sites, pools, nodes }: Inventory): string[] {
  const named = nodes.filter((node) => node.role === "manager");
  if (named.length > 0) return named.map((node) => node.name);
  const spot = new Set(pools.filter((pool) => pool.spot).map((pool) => pool.key));
  const bySite = new Map<string, Node[]>();
  for (const node of nodes) {
    if (node.role !== "auto" || spot.has(node.pool)) continue;
    const others = bySite.get(node.site);
    if (others === undefined) bySite.set(node.site, [node]);
    else others.push(node);
  }
  const candidates = sites
    .map((site) => ({ site, nodes: bySite.get(site.name) ?? [] }))
    .filter(({ nodes: free }) => free.length > 0);
  const near = threeNear(candidates);
  if (near !== undefined) return near.flatMap(({ nodes: free }) => free.slice(0, 1)).map((node) => node.name);
  const largest = candidates.reduce<Candidates | undefined>(
    (best, each) => (each.nodes.length > (best?.nodes.length ?? 0) ? each : best),
    undefined,
  );
  const free = largest?.nodes ?? [];
  return (free.length >= 3 ? overZones(free, 3) : free.slice(0, 1)).map((node) => node.name);
}

/** The three sites with the shortest longest round trip between them, if that is short enough. */
function threeNear(candidates: readonly Candidates[]): Candidates[] | undefined {
  const places = candidates.map(({ site }) => regionOf(site.provider, site.region));
  const distance = places.map((a) => places.map((b) => roundTripMs(a, b)));
  const between = (a: number, b: number): number => distance[a]?.[b] ?? Infinity;
  let best: { longest: number; sites: number[] } | undefined;
  for (let a = 0; a < candidates.length; a++) {
    for (let b = a + 1; b < candidates.length; b++) {
      if (between(a, b) > NEAR_MS) continue;
      for (let c = b + 1; c < candidates.length; c++) {
        const longest = Math.max(between(a, b), between(a, c), between(b, c));
        if (longest <= NEAR_MS && longest < (best?.longest ?? Infinity)) best = { longest, sites: [a, b, c] };
      }
    }
  }
  return best?.sites.flatMap((index) => candidates[index] ?? []);
}

/** The first `count` nodes, of zones that have none yet as long as there are any. */
function overZones(nodes: readonly Node[], count: number): Node[] {
  const chosen: Node[] = [];
  const zones = new Set<string>();
  for (const node of nodes) {
    if (chosen.length === count) return chosen;
    if (zones.has(node.zone)) continue;
    zones.add(node.zone);
    chosen.push(node);
  }
  const rest = nodes.filter((node) => !chosen.includes(node));
  return [...chosen, ...rest.slice(0, count - chosen.length)];
}
