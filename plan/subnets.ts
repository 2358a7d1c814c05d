import { formatAddress, parseCidr } from "../spec/units";

/**
 * Block `index` (from 0) of length `prefix` inside a network: the same for the same index, whatever other blocks there are.
 * @throws RangeError when the network has no such block.
 */
export function subnetAt(cidr: string, prefix: number, index: number): string {
  const { base, size } = parseCidr(cidr);
  const step = 2 ** (32 - prefix);
  if (index < 0 || (index + 1) * step > size) throw new RangeError(`${cidr} has no block ${index} of /${prefix}`);
  return `${formatAddress(base + index * step)}/${prefix}`;
}
