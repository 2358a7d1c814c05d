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
