/** Amounts as storm.yml writes them, as numbers. The schema has checked their shape. */

/** "100GB" or "1TiB" in GiB. Clouds sell disks and memory in powers of two whatever they call them. */
export function gibibytes(amount: string): number {
  const value = parseInt(amount, 10);
  return /T/.test(amount) ? value * 1024 : value;
}

/** "70%" or 70 as 70. */
export function percent(share: string | number): number {
  return typeof share === "number" ? share : parseInt(share, 10);
}

/** An IPv4 network as numbers. */
export function parseCidr(cidr: string): { base: number; size: number; prefix: number } {
  const [address = "", prefixText = "32"] = cidr.split("/");
  const prefix = Number(prefixText);
  return { base: parseAddress(address), size: 2 ** (32 - prefix), prefix };
}

/** A network this big is the world: 0.0.0.0/1 and 128.0.0.0/1 are all of it, too. */
export const WORLD_IPV4_PREFIX = 7;

export function parseAddress(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
