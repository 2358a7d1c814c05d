/** IPv4 networks, as the checks need them. */

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Undefined when it is no network, or has bits below its prefix. */
export function parseCidr(cidr: string): Range | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(cidr);
  if (!parts) return undefined;
  const bytes = parts.slice(1, 5).map(Number);
  const prefix = Number(parts[5] ?? "32");
  if (bytes.some((byte) => byte > 255) || prefix > 32) return undefined;
  const first = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

export function contains(outer: string, inner: string): boolean {
  const [out, within] = [parseCidr(outer), parseCidr(inner)];
  return !!out && !!within && out.first <= within.first && within.last <= out.last;
}

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return !!a && !!b && a.first <= b.last && b.first <= a.last;
}

/** The address that this number is. */
export function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** Every address that is in none of these networks, as networks. */
export function outside(networks: readonly string[], whole = "0.0.0.0/0"): string[] {
  if (networks.some((network) => contains(network, whole))) return [];
  if (!networks.some((network) => overlaps(network, whole))) return [whole];
  const [address = "", prefix = ""] = whole.split("/");
  const length = Number(prefix) + 1;
  const middle = addressOf((parseCidr(address)?.first ?? 0) + 2 ** (32 - length));
  return [...outside(networks, `${address}/${length}`), ...outside(networks, `${middle}/${length}`)];
}
