import { type Before, NOTHING } from "./before";
import { NEAR_MS, regionOf, roundTripMs } from "./distance";
import type { Inventory } from "./nodes";
import type { SitePlan } from "./types";

type Node = Inventory["nodes"][number];

interface Candidates {
  site: SitePlan;
  nodes: Node[];
}

/** As many as are chosen where nobody names them. */
const WANTED = 3;

/**
 * The names of the managers. Named ones win. Else those that were managers before stay, as long as they are there, and others are only
 * chosen to make them three: new nodes, because a node keeps its role for life. So no change to a pool moves a manager of another.
 */
export function electManagers(found: Inventory, before: Before = NOTHING): string[] {
  const named = found.nodes.filter((node) => node.role === "manager");
  if (named.length > 0) return named.map((node) => node.name);
  const free = eligible(found);
  const kept = free.filter(({ name }) => before.managers.includes(name));
  const there = new Set(before.nodes);
  const unborn = free.filter((node) => !kept.includes(node) && !there.has(node.name));
  if (kept.length === 0) return elect(found.sites, unborn.length > 0 ? unborn : free).map((node) => node.name);
  return [...kept, ...added(found.sites, kept, unborn)].map((node) => node.name);
}

/** Nodes that may be chosen. */
export function eligible({ pools, nodes }: Pick<Inventory, "pools" | "nodes">): Node[] {
  const spot = new Set(pools.filter((pool) => pool.spot).map((pool) => pool.key));
  return nodes.filter((node) => node.role === "auto" && !spot.has(node.pool));
}

/**
 * One on each of three sites near each other, so that losing a site keeps the quorum; else three nodes of the largest site, over its
 * zones; else one. First nodes of a pool are chosen before later ones.
 */
function elect(sites: readonly SitePlan[], free: readonly Node[]): Node[] {
  const candidates = bySite(sites, free);
  const near = threeNear(candidates);
  if (near !== undefined) return near.flatMap(({ nodes }) => nodes.slice(0, 1));
  const largest = candidates.reduce<Candidates | undefined>(
    (best, each) => (each.nodes.length > (best?.nodes.length ?? 0) ? each : best),
    undefined,
  );
  const nodes = largest?.nodes ?? [];
  return nodes.length >= WANTED ? overZones([], nodes, WANTED) : nodes.slice(0, 1);
}

/** Who makes those that stay three, by the same order of preference; nobody where it would be two. */
function added(sites: readonly SitePlan[], kept: readonly Node[], unborn: readonly Node[]): Node[] {
  const missing = WANTED - kept.length;
  if (missing <= 0) return [];
  const homes = [...new Set(kept.map(({ site }) => site))];
  const near = homes.length === kept.length ? threeNear(bySite(sites, [...kept, ...unborn]), homes) : undefined;
  if (near !== undefined)
    return near.filter(({ site }) => !homes.includes(site.name)).flatMap(({ nodes }) => nodes.slice(0, 1));
  const neighbours = unborn.filter(({ site }) => homes.includes(site));
  return neighbours.length >= missing ? overZones(kept, neighbours, missing) : [];
}

function bySite(sites: readonly SitePlan[], nodes: readonly Node[]): Candidates[] {
  return sites
    .map((site) => ({ site, nodes: nodes.filter((node) => node.site === site.name) }))
    .filter((each) => each.nodes.length > 0);
}

/** The three sites with the shortest longest round trip between them, if that is short enough; `homes` are among them. */
function threeNear(candidates: readonly Candidates[], homes: readonly string[] = []): Candidates[] | undefined {
  const places = candidates.map(({ site }) => regionOf(site.provider, site.region));
  const distance = places.map((a) => places.map((b) => roundTripMs(a, b)));
  const between = (a: number, b: number): number => distance[a]?.[b] ?? Infinity;
  const has = (sites: number[]) => homes.every((home) => sites.some((index) => candidates[index]?.site.name === home));
  let best: { longest: number; sites: number[] } | undefined;
  for (let a = 0; a < candidates.length; a++) {
    for (let b = a + 1; b < candidates.length; b++) {
      if (between(a, b) > NEAR_MS) continue;
      for (let c = b + 1; c < candidates.length; c++) {
        const longest = Math.max(between(a, b), between(a, c), between(b, c));
        if (longest <= NEAR_MS && longest < (best?.longest ?? Infinity) && has([a, b, c]))
          best = { longest, sites: [a, b, c] };
      }
    }
  }
  return best?.sites.flatMap((index) => candidates[index] ?? []);
}

/** The first `count` nodes, of zones that neither they nor `kept` have yet as long as there are any. */
function overZones(kept: readonly Node[], nodes: readonly Node[], count: number): Node[] {
  const chosen: Node[] = [];
  const zones = new Set(kept.map(({ zone }) => zone));
  for (const node of nodes) {
    if (chosen.length === count) return chosen;
    if (zones.has(node.zone)) continue;
    zones.add(node.zone);
    chosen.push(node);
  }
  const rest = nodes.filter((node) => !chosen.includes(node));
  return [...chosen, ...rest.slice(0, count - chosen.length)];
}
