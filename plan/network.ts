import type { Spec } from "../spec/spec";
import type { FirewallRow, NetworkPlan } from "./types";

/** WireGuard's share of the usual 1500 bytes, with room for IPv6 outside. */
const MESH_MTU = 1420;
/** VXLAN's share of the mesh. */
const VXLAN_BYTES = 50;
const NODE_LOCAL_ADDRESS = "169.254.1.1";

/** Addresses, MTUs and who may reach what. */
export function networkPlan(spec: Spec): NetworkPlan {
  const { mesh, meshCidr, meshPort, overlayCidr, bridgeCidr, siteCidr, adminCidrs } = spec.network;
  return {
    mesh,
    meshCidr,
    meshPort,
    meshMtu: MESH_MTU,
    overlayMtu: MESH_MTU - VXLAN_BYTES,
    overlayCidr,
    bridgeCidr,
    siteCidr,
    private: spec.network.private,
    nodeLocalAddress: NODE_LOCAL_ADDRESS,
    adminCidrs: [...adminCidrs],
    firewall: firewall(spec),
  };
}

function firewall(spec: Spec): FirewallRow[] {
  const row = (
    from: FirewallRow["from"],
    to: FirewallRow["to"],
    protocol: "tcp" | "udp",
    port: number,
    why: string,
  ): FirewallRow => ({
    from,
    to,
    protocol,
    port,
    why,
  });
  const encrypted = spec.network.mesh === "wireguard";
  const { meshPort } = spec.network;
  return [
    row("world", "load-balancer", "tcp", 80, "HTTP, answered with a redirect to HTTPS"),
    row("world", "load-balancer", "tcp", 443, "HTTPS of every stack"),
    row("site", "node", "tcp", 80, "load balancer to the ingress"),
    row("site", "node", "tcp", 443, "load balancer to the ingress"),
    encrypted
      ? row("world", "node", "udp", meshPort, "WireGuard mesh: answers only known peers")
      : row("site", "node", "udp", meshPort, "mesh without encryption: answers only known peers"),
    row("admin", "node", "tcp", 22, "SSH of the program that deploys"),
    row("admin", "manager", "tcp", 2376, "Docker API with client certificates"),
    row("admin", "manager", "tcp", 8501, "Consul API over HTTPS, with a token"),
    ...(spec.pools.some((pool) => pool.elastic)
      ? [row("site", "node", "tcp", 8501, "elastic nodes enrol with Consul over HTTPS")]
      : []),
    row("mesh", "manager", "tcp", 2377, "Swarm joins and managers"),
    row("mesh", "manager", "tcp", 2376, "Docker API with client certificates"),
    row("mesh", "node", "tcp", 7946, "Swarm gossip"),
    row("mesh", "node", "udp", 7946, "Swarm gossip"),
    row("mesh", "node", "udp", 4789, "overlay networks (VXLAN)"),
    row("mesh", "manager", "tcp", 8300, "Consul servers"),
    row("mesh", "node", "tcp", 8301, "Consul gossip"),
    row("mesh", "node", "udp", 8301, "Consul gossip"),
    row("mesh", "node", "tcp", 53, "DNS for containers"),
    row("mesh", "node", "udp", 53, "DNS for containers"),
    row("mesh", "node", "tcp", 5000, "image registry"),
  ];
}
