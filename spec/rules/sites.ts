import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import { MAX_NODES_OF_POOL } from "../schema/pools";
import { catalog } from "../sizes/catalog";
import type { Spec } from "../spec";
import { poolField } from "./fields";

/** Swarm is known to work with this many nodes; nobody has shown more. */
const MAX_NODES = 2000;

/** What the pools must be together: not too many nodes, and a fixed one wherever elastic ones enrol. */
export function checkSites(spec: Spec): Issue[] {
  const elastic = spec.pools.filter((pool) => pool.elastic && catalog[pool.provider].elastic);
  const issues = elastic
    .filter(
      (pool) =>
        !spec.pools.some((other) => !other.elastic && other.provider === pool.provider && other.region === pool.region),
    )
    .map((pool) => {
      const site = `${catalog[pool.provider].title} ${pool.region}`;
      const message = `an elastic pool needs a fixed node on its site (${site}) to enrol with; add a pool with a fixed count there`;
      return errorAt(spec.source, poolField(pool, "count"), message);
    });
  return [...issues, ...checkTotal(spec), ...hostsBehindDns(spec)];
}

/** Nobody stands in front of machines that exist already: a browser may be sent to one that is down. */
function hostsBehindDns(spec: Spec): Issue[] {
  if (spec.dns === undefined || spec.hosts.length === 0) return [];
  const message = "DNS leads to the hosts themselves: they have no load balancer in front that leaves out a dead one";
  return [errorAt(spec.source, ["Hosts"], message, { severity: "warning" })];
}

function checkTotal(spec: Spec): Issue[] {
  const total = spec.pools.reduce((sum, pool) => sum + pool.max, spec.hosts.length);
  const [largest] = [...spec.pools].sort((a, b) => b.max - a.max);
  // A pool that is too large by itself has its own error.
  if (total <= MAX_NODES || largest === undefined || largest.max > MAX_NODES_OF_POOL) return [];
  const message = `must be at most ${MAX_NODES} nodes in the whole cluster, got ${total}`;
  return [errorAt(spec.source, poolField(largest, "count"), message)];
}
