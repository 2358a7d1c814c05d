/** Where a deployment's time goes: the moment at which the last resource of each kind was done. */
import type { Phase } from "./measure";

/** In the order in which they end; what depends on nothing before it goes on beside it. */
const GROUPS: [pattern: RegExp, name: string][] = [
  [/^tls:/, "keys, certificates"],
  [/^storm:local:(Network|Service image-cache|Service local-image-cache)/, "network, image cache"],
  [/^storm:local:Node /, "nodes made"],
  [/^storm:local:Service /, "load balancer"],
  [/ enroll-/, "nodes booted, enrolled"],
  [/ peers-/, "mesh"],
  [/ consul$/, "Consul"],
  [/ swarm$/, "swarm"],
  [/ stack-registry$/, "registry"],
  [/ stack-ingress$/, "ingress"],
  [/ context-/, "build contexts"],
  [/ stack-/, "applications built and up"],
];

/** Collects ends of work, in seconds since the beginning. */
export class Phases {
  private readonly ends = new Map<string, number>();

  /** `what` is "<type> <name>" of a resource that is done. */
  done(what: string, at: number): void {
    const name = GROUPS.find(([pattern]) => pattern.test(what))?.[1];
    if (name !== undefined) this.ends.set(name, at);
  }

  mark(name: string, at: number): void {
    this.ends.set(name, at);
  }

  list(): Phase[] {
    return [...this.ends].map(([name, at]) => ({ name, at })).sort((a, b) => a.at - b.at);
  }
}
