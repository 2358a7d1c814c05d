import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import type { Spec } from "../spec";

/** Certificates by ACME prove that the zone is ours by a record in it: so the program must write the zone, and the world must see it. */
export function checkTls(spec: Spec): Issue[] {
  if (typeof spec.tls !== "object" || !("acme" in spec.tls)) return [];
  const at = (message: string) => [errorAt(spec.source, ["tls", "acme"], message)];
  // Whether the Hostname is in the zone is checked with `dns`.
  if (spec.dns === undefined)
    return at("needs dns, for the authority looks for a record in the zone: add dns: {provider: ...}");
  return [];
}
