/**
 * The Plan: every node, address, port, name and price that a Spec comes to. Plain JSON, deterministic, and the only
 * thing that components, policy and previews read. No value here depends on a position in a list of storm.yml.
 */
import type { Lock } from "../spec/lock";
import type { MachineProvider } from "../spec/sizes/catalog";

/** Of machines that Storm makes, and `hosts`, which are there already. */
export type Provider = MachineProvider | "hosts";
export type Role = "manager" | "worker" | "data";

/** One provider in one region. */
export interface SitePlan {
  /** Identity, e.g. "aws-eu-west-1", "local". */
  name: string;
  provider: Provider;
  region: string;
}

/** A group of nodes of one size and role on one site. */
export interface PoolPlan {
  /** Identity inside the environment: "<site>/<pool>". */
  key: string;
  name: string;
  site: string;
  role: Role | "auto";
  size: string;
  /** The provider's own type, e.g. "t3.medium"; for local nodes the portable size. */
  machineType: string;
  architecture: "amd64" | "arm64";
  /** Fixed pools: min = max = count of `nodes`. Elastic pools have no entry in `nodes`. */
  min: number;
  max: number;
  elastic: boolean;
  /** Average CPU use in percent that an elastic pool keeps to; 0 for fixed pools. */
  scaleOnCpu: number;
  spot: boolean;
  /** Disk of its own for data, in GiB; 0 for none. */
  volumeGiB: number;
  /** The provider's names of the zones that nodes are spread over; empty where it has none. */
  zones: string[];
  labels: Record<string, string>;
  /** Block of mesh addresses of this pool. */
  meshCidr: string;
}

/** A node that the plan knows by name (fixed pools and hosts). */
export interface NodePlan {
  /** Identity and host name: "<pool>-<ordinal from 1>", e.g. "local-1". */
  name: string;
  site: string;
  /** PoolPlan.key */
  pool: string;
  role: Role;
  size: string;
  machineType: string;
  zone: string;
  labels: Record<string, string>;
  /** WireGuard address; Swarm and Consul use no other. */
  meshAddress: string;
  cpus: number;
  memoryMiB: number;
  /** Hosts only. */
  address?: string;
  user?: string;
  port?: number;
  /** OpenSSH public key that its sshd must show. */
  hostKey?: string;
}

/** One row of the firewall: who may reach what on which nodes. */
export interface FirewallRow {
  from: "world" | "admin" | "mesh" | "site";
  to: "load-balancer" | "node" | "manager";
  protocol: "tcp" | "udp";
  port: number;
  why: string;
}

export interface NetworkPlan {
  /** "off" on a single site: the same mesh, without encryption. */
  mesh: "wireguard" | "off";
  meshCidr: string;
  /** UDP port of the mesh on every node. */
  meshPort: number;
  /** Bytes. */
  meshMtu: number;
  /** Every overlay's MTU, `ingress` included: the mesh's minus 50 (VXLAN). */
  overlayMtu: number;
  /** Swarm's default address pool for overlays. */
  overlayCidr: string;
  /** Docker's bridges on each node. */
  bridgeCidr: string;
  /** Addresses of each AWS or Azure site's own network. */
  siteCidr: string;
  /** Nodes have no public addresses; the one site has NAT and a bastion. */
  private: boolean;
  /** The node's own address for its containers' DNS and Consul API: the same on every node, never routed. */
  nodeLocalAddress: string;
  adminCidrs: string[];
  firewall: FirewallRow[];
}

export interface DnsPlan {
  /** Who serves the zone: a file of components/dns. */
  provider: "route53" | "azure" | "digitalocean";
  zone: string;
  /** Whether the zone is made, or was there before. */
  create: boolean;
  /** Azure: where a zone that was there before is. */
  resourceGroup?: string;
  /** Seconds. */
  ttl: number;
  /** Names that lead to the sites' load balancers, the cluster's own first, e.g. "prod.example.com" and "*.web.prod.example.com". */
  names: string[];
}

/** Where the ingress has its certificates from. */
export type TlsPlan =
  | { from: "internal" }
  | { from: "acme"; email: string; server: string }
  /** PEM files, relative to storm.yml's folder. */
  | { from: "files"; certificate: string; key: string };

/** A compose stack to deploy. */
export interface StackPlan {
  /** Name in Swarm and in host names; `_` has become `-`. */
  name: string;
  /** As storm.yml says it, relative to storm.yml's folder. */
  file: string;
  /** Replicas for routed services without deploy.replicas (a number), or of named services. */
  scale: number | Record<string, number> | undefined;
  /** "<service>.<this>" is the host name of each routed service; the wildcard certificate is for "*.<this>". */
  domain: string;
  /** Line and column of the key in storm.yml (1-based). */
  line: number;
  column: number;
}

export interface CostLine {
  pool: string;
  /** Elastic pools at their smallest. */
  nodes: number;
  monthlyUsd: number;
  /** Elastic pools at their largest; the same for fixed ones. */
  maxNodes: number;
  maxMonthlyUsd: number;
}

/** One limit of storm.yml and what the cluster uses of it. */
export interface LimitLine {
  /** Path in storm.yml, e.g. "limits/global". */
  limit: string;
  /** "nodes", "US dollars a month". */
  what: string;
  used: number;
  most: number;
}

export interface Plan {
  /** Cluster name, e.g. "storm". */
  name: string;
  /** Environment, e.g. "dev" (storm:env). */
  env: string;
  /** Hostname of storm.yml. */
  domain: string;
  /** "<env>.<domain>" */
  baseDomain: string;
  /** What the page of services answers for: `baseDomain`, and `domain` where that is this environment's. */
  ownNames: string[];
  production: boolean;
  datacenter: string;
  sites: SitePlan[];
  pools: PoolPlan[];
  nodes: NodePlan[];
  /** Names of nodes, those that were before first. Managers are Swarm managers and Consul servers. */
  managers: string[];
  /** What loss the cluster survives, one sentence. */
  survives: string;
  /** The node that holds volumes of services without a placement of their own: as before; at first the first data node, else the first manager. */
  volumeNode: string;
  network: NetworkPlan;
  /** Undefined: nobody writes records. */
  dns: DnsPlan | undefined;
  tls: TlsPlan;
  /** What storm.lock pins; undefined without one. Providers take `images` by lockedImage (plan/lock.ts) before they look one up. */
  lock: Lock | undefined;
  registry: { storage: "filesystem" | "s3" | "spaces" | "azure"; host: string; port: number };
  stacks: StackPlan[];
  cost: { lines: CostLine[]; monthlyUsd: number; maxMonthlyUsd: number; pricesOf: string };
  limits: LimitLine[];
  /** Formatted warnings, each with its place in storm.yml. */
  warnings: string[];
}
