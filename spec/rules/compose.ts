import { errorAt } from "../error-at";
import type { Issue, Path } from "../errors";
import { keyPlaceOf } from "../located";
import type { Spec } from "../spec";

/** Stacks that Storm deploys itself. */
export const OWN_STACKS = ["ingress", "registry", "storm"];

/** Stacks share one name space, in Swarm and, with `_` as `-`, in host names. */
export function checkCompose(spec: Spec): Issue[] {
  const names: { name: string; path: Path }[] = [
    ...spec.stacks.map((name, index) => ({ name, path: ["stacks", index] })),
    ...Object.keys(spec.compose).map((name) => ({ name, path: ["compose", name] })),
  ];
  const taken = new Map<string, string>();
  return names.flatMap(({ name, path }) => {
    const hostName = stackHostName(name);
    const other = taken.get(hostName);
    taken.set(hostName, other ?? name);
    const at = (message: string): Issue[] => [
      { ...errorAt(spec.source, path, message), place: keyPlaceOf(spec.source, path) },
    ];
    if (OWN_STACKS.includes(hostName))
      return at(`must not be the name of one of Storm's own stacks (${OWN_STACKS.join(", ")})`);
    if (other === undefined) return [];
    return at(
      other === name
        ? `must be unique, got "${name}" twice`
        : `must differ from "${other}": both have the host name "${hostName}"`,
    );
  });
}

/** A stack's name where only letters, digits and "-" may be. */
export function stackHostName(name: string): string {
  return name.replace(/_/g, "-");
}
