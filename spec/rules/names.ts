import { errorAt } from "../error-at";
import type { Issue, Path } from "../errors";
import type { Spec } from "../spec";

/** Names of pools and hosts become names of nodes, so they are unique in the whole cluster. */
export function checkNames(spec: Spec): Issue[] {
  const issues: Issue[] = [];
  const pools = new Map<string, Path>();
  for (const pool of spec.pools) {
    const first = pools.get(pool.name);
    if (first === undefined) pools.set(pool.name, pool.path);
    else
      issues.push(
        errorAt(
          spec.source,
          nameOf(pool.path),
          `must be unique in the cluster, got "${pool.name}" twice${lineOf(spec, first)}`,
        ),
      );
  }
  const hosts = new Map<string, Path>();
  for (const host of spec.hosts) {
    const first = hosts.get(host.name);
    const message = `must be unique in the cluster, got "${host.name}"`;
    const pool = /^(.*)-[0-9]+$/.exec(host.name)?.[1];
    if (first !== undefined)
      issues.push(errorAt(spec.source, host.path, `the host's name ${message} twice${lineOf(spec, first)}`));
    else if (pool !== undefined && pools.has(pool))
      issues.push(errorAt(spec.source, host.path, `the host's name ${message}, a name of the nodes of pool "${pool}"`));
    hosts.set(host.name, first ?? host.path);
  }
  return issues;
}

function nameOf(path: Path): Path {
  return path.length === 1 ? path : [...path, "name"];
}

function lineOf(spec: Spec, path: Path): string {
  const { line } = errorAt(spec.source, nameOf(path), "").place;
  return line > 0 ? `, first on line ${line}` : "";
}
