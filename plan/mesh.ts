import { formatAddress, parseCidr } from "../spec/units";
import { stableSlots } from "./hash";

/** Room for a pool's 1,000 nodes. */
const BLOCK_PREFIX = 22;
const BLOCK_SIZE = 2 ** (32 - BLOCK_PREFIX);

export interface MeshBlocks {
  /** The block of each pool. */
  readonly cidr: ReadonlyMap<string, string>;
  /** The address of each host, by name. */
  readonly hosts: ReadonlyMap<string, string>;
  /** The part of the mesh that hosts' addresses are in. */
  readonly hostsCidr: string;
}

/**
 * Mesh addresses. The first three quarters of the mesh are /22 blocks, one for each pool by the hash of its key; node n
 * has the block's address plus n. The last quarter is for hosts, which have no number: each by the hash of its name.
 */
export function meshBlocks(meshCidr: string, poolKeys: readonly string[], hostNames: readonly string[]): MeshBlocks {
  const { base, size, prefix } = parseCidr(meshCidr);
  const blocks = stableSlots(poolKeys, ((size / BLOCK_SIZE) * 3) / 4);
  const hostsBase = base + (size * 3) / 4;
  // Neither the first nor the last address of the range.
  const places = stableSlots(hostNames, size / 4 - 2);
  return {
    cidr: new Map(
      [...blocks].map(([key, slot]) => [key, `${formatAddress(base + slot * BLOCK_SIZE)}/${BLOCK_PREFIX}`]),
    ),
    hosts: new Map([...places].map(([name, slot]) => [name, formatAddress(hostsBase + 1 + slot)])),
    hostsCidr: `${formatAddress(hostsBase)}/${prefix + 2}`,
  };
}

/** The address of node `ordinal` (from 1) of a pool. */
export function nodeAddress(block: string, ordinal: number): string {
  return formatAddress(parseCidr(block).base + ordinal);
}

/**
 * Addresses of VPN peers, who are people: the last of each block, which no node has. A fixed pool's nodes end with number 1,000, elastic nodes
 * take neither the first nor the last address, and hosts' quarter is left out. boot/scripts/storm_vpn.py takes peers with these alone.
 */
export function vpnAddresses(meshCidr: string): string[] {
  const { base, size } = parseCidr(meshCidr);
  const blocks = ((size / BLOCK_SIZE) * 3) / 4;
  return Array.from({ length: blocks }, (_, block) => formatAddress(base + (block + 1) * BLOCK_SIZE - 1));
}

/** Every manager's name at its mesh address, to those who ask by the tunnel: Consul's own for its servers, which are the managers. */
export const VPN_HOST = "consul.service.consul";

/** The same as the two networks that they are in, and as a mask, all of whose bits each of them has. */
export function vpnRange(meshCidr: string): { mask: string; networks: [string, string] } {
  const { base, size, prefix } = parseCidr(meshCidr);
  return {
    mask: formatAddress(BLOCK_SIZE - 1),
    networks: [`${formatAddress(base)}/${prefix + 1}`, `${formatAddress(base + size / 2)}/${prefix + 2}`],
  };
}
