/** Names of the cluster in DNS. A wildcard matches one label only, so each stack has its own. */

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

/** Consul allows letters, digits, "-" and "_" in a datacenter's name. */
export function datacenterName(env: string): string {
  return env.toLowerCase().replace(/[^a-z0-9_-]/g, "-");
}
