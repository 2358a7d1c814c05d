/** What everything of one lab is called, so that it is found again after a crash. */
import { createHash } from "node:crypto";

/** Labels of a lab's containers. */
export const LABELS = {
  lab: "storm.lab",
  /** "machine" or "balancer" */
  kind: "storm.lab.kind",
  /** Machine.id, Balancer.id */
  id: "storm.lab.id",
  /** Of a machine, cloud-init's instance-id: another one is another machine. */
  instance: "storm.lab.instance",
} as const;

/** Addresses of links, the same everywhere: nothing but the link's other end ever sees them. */
export const LINK = {
  /** A router, to its machines: their gateway. */
  gateway: "169.254.254.1",
  /** The internet, to a router. */
  internet: "169.254.253.1",
  /** A router, to the internet. */
  router: "169.254.253.2",
  metadata: "169.254.169.254",
} as const;

/** A router's link to the internet. */
export const UPLINK = "uplink";

export class Names {
  /** `lab` is at most 12 small letters and digits: no lab's names begin with another's. */
  constructor(readonly lab: string) {
    if (!/^[a-z0-9]{1,12}$/.test(lab))
      throw new Error(`"${lab}" is no name for a lab: 1 to 12 small letters and digits`);
  }

  /** Begins the name of every namespace. */
  get prefix(): string {
    return `storm-${this.lab}-`;
  }

  /** Namespace of what lies between the clouds. */
  get internet(): string {
    return `${this.prefix}internet`;
  }

  /** Namespace of everybody else on the internet. */
  get visitors(): string {
    return `${this.prefix}visitors`;
  }

  /** Namespace of a network's router. */
  router(network: string): string {
    return `${this.prefix}net-${network}`;
  }

  container(id: string): string {
    return `storm-${this.lab}-${id}`;
  }

  /** This machine's link to the internet. */
  get adminLink(): string {
    return `storm${short(this.lab)}`;
  }
}

/** A router's link to a machine or balancer. The kernel allows 15 characters. */
export function portName(id: string): string {
  return `m-${short(id)}`;
}

/** The internet's link to a router. */
export function trunkName(network: string): string {
  return `n-${short(network)}`;
}

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

/** Path of a namespace, for `nsenter --net=`. */
export function namespacePath(name: string): string {
  return `/run/netns/${name}`;
}
