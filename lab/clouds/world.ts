/**
 * What the resources of all lab clouds come to: networks, machines, balancers, records. Plain JSON, no cloud's words. It is derived
 * anew from all resources at each change (derive/), and made real as a whole (realize/, internet/).
 */

export type Cloud = "aws" | "azure-native" | "digitalocean";

export interface World {
  networks: CloudNetwork[];
  machines: Machine[];
  groups: Group[];
  balancers: Balancer[];
  zones: DnsZone[];
  /** Volume.id of all disks there are, attached or not: the data of others are deleted. Undefined: data stay as long as the lab. */
  volumes?: string[];
}

/** A VPC or virtual network: a network of its own, which others may overlap. */
export interface CloudNetwork {
  /** Unique among all clouds; letters, digits and "-". */
  id: string;
  /** For people, e.g. "aws-eu-west-1". */
  site: string;
  cidr: string;
}

/** Whatever has an address in a network. */
export interface Endpoint {
  /** Unique among all clouds; letters, digits and "-". */
  id: string;
  /** CloudNetwork.id */
  network: string;
  privateAddress: string;
  /** Its own on the internet, translated one to one. Without one nobody reaches it from there. */
  publicAddress?: string;
  /** Without an address of its own: the NAT gateway's, by which it goes out. Neither: it does not. */
  natAddress?: string;
  /** The first that fits decides; what none fits is dropped. Answers always pass. */
  inbound: InboundRule[];
}

export interface InboundRule {
  allow: boolean;
  protocol: "tcp" | "udp" | "any";
  /** First and last. */
  ports: [number, number];
  /** CIDRs. */
  from: string[];
}

export interface Machine extends Endpoint {
  /** Undefined: a machine of the user's own. */
  cloud?: Cloud;
  /** CloudNetwork.site */
  site: string;
  /** Its name in its cloud, and host name at first boot. */
  name: string;
  /** As the cloud was given it: perhaps compressed, base64. */
  userData: string;
  /** cloud-init's meta-data in the cloud's own words, `instance-id` included; a new one is a new machine. */
  metaData: Record<string, unknown>;
  cpus: number;
  memoryMiB: number;
  volumes: Volume[];
  /** Group.id of an elastic pool's machine. */
  group?: string;
}

/** A disk that outlives its machine. */
export interface Volume {
  id: string;
  gib: number;
  /** Path that udev gives it on the cloud's machines. */
  device: string;
}

/** A group that keeps its number of machines by itself. */
export interface Group {
  id: string;
  cloud: Cloud;
  site: string;
  min: number;
  max: number;
  /** What its cloud was asked for, by the program or by hand (LabState.sizes). */
  desired: number;
  /** A new machine of today's template. The same key gives the same machine. */
  machine(key: string): Machine;
}

/** TCP to the targets that take connections. */
export interface Balancer extends Endpoint {
  site: string;
  listeners: { port: number; targetPort: number }[];
  /** Machine.id */
  targets: string[];
  /** Sends a PROXY header, version 1. */
  proxyProtocol: boolean;
  intervalSeconds: number;
  /** Failed checks until a target is out, and good ones until it is in again. */
  fall: number;
  rise: number;
}

export interface DnsZone {
  /** Without a dot at its end. */
  name: string;
  records: DnsRecord[];
}

export interface DnsRecord {
  /** Whole name, "*." in front for a wildcard. */
  name: string;
  type: "A" | "CNAME" | "TXT";
  /** Seconds. */
  ttl: number;
  /** The cloud that asks for them may weigh answers and leave out those that do not take connections. */
  answers: DnsAnswer[];
  /** How many answers go out at once: all of them, or one chosen by weight. */
  choose: "all" | "one";
}

export interface DnsAnswer {
  value: string;
  weight: number;
  /** Seconds, where it is not the record's: a cloud says itself how long the address of its load balancer is good for. */
  ttl?: number;
  /** What has to answer, else this is left out. Undefined: nobody asks. */
  check?: DnsCheck;
}

export interface DnsCheck {
  address: string;
  port: number;
  /** Asked for by HTTP: 2xx and 3xx are good. Undefined: it has to take a connection, on 443 to speak TLS. */
  path?: string;
}

/** Addresses that the lab gives away: the same key keeps its address until it is released. */
export interface Addresses {
  /** In the CIDR of a subnet. Clouds keep the first four and the last for themselves. */
  private(network: string, cidr: string, key: string): string;
  /** On the lab's internet. */
  public(key: string): string;
}

/** The lab's internet: 198.18.0.0/15 is for tests of networks (RFC 2544); it ends on this machine. */
export const INTERNET = {
  cidr: "198.18.0.0/15",
  /** This machine: the admin network, where the program and its operator are. */
  admin: "198.18.0.1",
  /** Where everybody else is (network namespace "internet"). */
  visitors: "198.18.1.0/24",
  /** DNS of the lab's internet: what every machine and visitor asks. */
  dns: "198.18.0.53",
  /** APIs and registries of the real internet that nodes use, by name: ACME, Route53, Docker Hub. */
  services: "198.18.0.80",
  /** Public addresses of the clouds' machines and balancers. */
  clouds: "198.18.64.0/18",
} as const;
