/** Choice of subnets for clusters and of addresses for nodes: pure, on IPv4 text. */

/** Every cluster's network is a /24 out of this block. */
export const CLUSTER_BLOCK = "172.28.0.0/16";
/** Nodes are numbered from here; what is below is for the gateway and for services with fixed numbers. */
export const FIRST_NODE = 10;
const LAST_HOST = 254;

/** An address block as first and last address, for overlap checks. */
export interface Range {
  first: number;
  last: number;
}

function toNumber(address: string): number {
  return address.split(".").reduce((total, part) => total * 256 + Number(part), 0);
}

/** The range of "a.b.c.d/n"; an IPv6 block has none. */
export function rangeOf(cidr: string): Range | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr);
  if (!match) return undefined;
  const size = 2 ** (32 - Number(match[2]));
  const first = Math.floor(toNumber(match[1] ?? "") / size) * size;
  return { first, last: first + size - 1 };
}

/** The ranges that this machine routes, from the text of /proc/net/route; the default route is none. */
export function routedRanges(procNetRoute: string): Range[] {
  return procNetRoute
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns.length >= 8 && columns[7] !== "00000000")
    .map((columns) => {
      const first = littleEndian(columns[1] ?? "");
      const size = 2 ** 32 - littleEndian(columns[7] ?? "");
      return { first, last: first + size - 1 };
    });
}

function littleEndian(hex: string): number {
  return toNumber(
    (hex.match(/../g) ?? [])
      .reverse()
      .map((byte) => parseInt(byte, 16))
      .join("."),
  );
}

/** The /24 blocks for a cluster that touch nothing in use, first come first. */
export function freeSubnets(used: readonly Range[]): string[] {
  return Array.from({ length: 256 }, (_, third) => `172.28.${third}.0/24`).filter((cidr) => {
    const range = rangeOf(cidr) as Range;
    return !used.some((other) => other.first <= range.last && range.first <= other.last);
  });
}

/** The address with this host number in a /24. */
export function addressAt(cidr: string, index: number): string {
  return cidr.replace(/\.\d+\/\d+$/, `.${index}`);
}

/** The lowest free node address of a /24, or undefined if none is left. */
export function freeAddress(cidr: string, used: ReadonlySet<string>): string | undefined {
  for (let index = FIRST_NODE; index <= LAST_HOST; index++) {
    const address = addressAt(cidr, index);
    if (!used.has(address)) return address;
  }
  return undefined;
}
