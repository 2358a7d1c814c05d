/** Names of the cluster in DNS. A wildcard matches one label only, so each stack has its own. */
import { ownsHostname } from "../spec/apex";
import type { Spec } from "../spec/spec";
import type { DnsPlan, StackPlan, TlsPlan } from "./types";

/** "<env>.<Hostname>": everything of one environment is below it. */
export function baseDomain(env: string, hostname: string): string {
  return `${env}.${hostname}`;
}

/** "<stack>.<env>.<Hostname>", with "<service>." before it the host name of a service. */
export function stackDomain(stack: string, base: string): string {
  return `${stack}.${base}`;
}

/** The names of a stack's certificate. */
export function wildcardOf(domain: string): string {
  return `*.${domain}`;
}

/** Let's Encrypt's production directory (letsencrypt.org/docs/acme-protocol-updates). */
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/** The cluster's own names, at which its page is: "<env>.<Hostname>", and the Hostname where that is this environment's. */
export function ownNames(spec: Spec, base: string): string[] {
  return ownsHostname(spec) ? [base, spec.Hostname] : [base];
}

/** Records of the cluster: its own names, and each stack's wildcard. */
export function dnsPlan(spec: Spec, own: readonly string[], stacks: readonly StackPlan[]): DnsPlan | undefined {
  if (spec.dns === undefined) return undefined;
  const { provider, zone, create, ttl, resourceGroup } = spec.dns;
  return {
    provider,
    zone: zone ?? spec.Hostname,
    create,
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
    ttl,
    names: [...own, ...stacks.flatMap((stack) => [stack.domain, wildcardOf(stack.domain)])],
  };
}

/** Where certificates come from. */
export function tlsPlan({ tls }: Spec): TlsPlan {
  if (tls === "internal") return { from: "internal" };
  if ("acme" in tls) return { from: "acme", email: tls.acme.email, server: tls.acme.server ?? LETS_ENCRYPT };
  return { from: "files", ...tls };
}

/** Consul allows letters, digits, "-" and "_" in a datacenter's name. */
export function datacenterName(env: string): string {
  return env.toLowerCase().replace(/[^a-z0-9_-]/g, "-");
}
