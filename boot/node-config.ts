import type { NodePlan, Plan, PoolPlan } from "../plan/types";

/** Contents of /etc/storm/node.json: who this node is. Never changes in the node's life. */
export interface NodeConfig {
  name: string;
  cluster: string;
  env: string;
  datacenter: string;
  domain: string;
  role: string;
  pool: string;
  site: string;
  size: string;
  labels: Record<string, string>;
  /** Not encrypted on a single site that wants it so (`network.mesh: off`): the same addresses, by tunnels in the clear. */
  mesh: { address: string; cidr: string; port: number; mtu: number; interface: string; encrypted: boolean };
  overlay: { cidr: string; mtu: number };
  bridgeCidr: string;
  nodeLocalAddress: string;
  consul: { server: boolean; bootstrapExpect: number; join: string[] };
  /** Where the site's elastic nodes come from: only they may use the node's relay to Consul. */
  siteCidrs: string[];
  /** A node that no plan knows by name. */
  elastic?: true;
  /** Local nodes only: the image cache beside them. */
  imageCache?: ImageCache;
  /** A disk of its own for Docker's volumes, which outlives the machine: where udev shows it. */
  volume?: { device: string };
}

/** A registry on the cluster's own network, plain HTTP; the node's forwarder knows its name. */
export interface ImageCache {
  address: string;
}

/** Name and port by which nodes ask the image cache for what is not on Docker Hub. */
export const IMAGE_CACHE_HOST = "image-cache.storm";
export const IMAGE_CACHE_PORT = 5000;

/** What of a node its provider knows and the plan does not. */
export interface NodeExtras {
  imageCache?: ImageCache;
  volumeDevice?: string;
}

/** The identity of one node of the plan. */
export function nodeConfig(plan: Plan, node: NodePlan, { imageCache, volumeDevice }: NodeExtras = {}): NodeConfig {
  return {
    ...configOf(plan, node),
    ...(imageCache ? { imageCache } : {}),
    ...(volumeDevice ? { volume: { device: volumeDevice } } : {}),
  };
}

/** What stands for the name and the mesh address that an elastic node gives itself. */
export const OWN_NAME = "@NAME@";
export const OWN_ADDRESS = "@ADDRESS@";

/** The identity of the nodes of an elastic pool, but for name and mesh address. */
export function elasticNodeConfig(plan: Plan, pool: PoolPlan): NodeConfig {
  const { site, size, labels } = pool;
  const own = { name: OWN_NAME, meshAddress: OWN_ADDRESS };
  return { ...configOf(plan, { ...own, role: "worker", pool: pool.key, site, size, labels }), elastic: true };
}

type Identity = Pick<NodePlan, "name" | "role" | "pool" | "site" | "size" | "labels" | "meshAddress">;

function configOf(plan: Plan, node: Identity): NodeConfig {
  const servers = plan.nodes.filter((other) => plan.managers.includes(other.name));
  const { network } = plan;
  return {
    name: node.name,
    cluster: plan.name,
    env: plan.env,
    datacenter: plan.datacenter,
    domain: plan.baseDomain,
    role: node.role,
    pool: node.pool,
    site: node.site,
    size: node.size,
    labels: node.labels,
    mesh: {
      address: node.meshAddress,
      cidr: network.meshCidr,
      port: network.meshPort,
      mtu: network.meshMtu,
      interface: "storm0",
      encrypted: network.mesh === "wireguard",
    },
    overlay: { cidr: network.overlayCidr, mtu: network.overlayMtu },
    bridgeCidr: network.bridgeCidr,
    nodeLocalAddress: network.nodeLocalAddress,
    consul: {
      server: plan.managers.includes(node.name),
      bootstrapExpect: servers.length,
      join: servers.map((server) => server.meshAddress),
    },
    siteCidrs: siteCidrs(plan, node.site),
  };
}

/** RFC 1918: a site whose provider chooses its network's addresses has them of these. */
const PRIVATE_CIDRS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

function siteCidrs(plan: Plan, name: string): string[] {
  const site = plan.sites.find((each) => each.name === name);
  return site?.provider === "aws" || site?.provider === "azure" ? [plan.network.siteCidr] : PRIVATE_CIDRS;
}
