import * as z from "zod";

/** Kinds of words that storm.yml is made of. Every message says what the value must be, and reads after "must be". */

const LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

/** Text of a shape. Its one message serves what is no text at all as well. */
export function shaped(pattern: RegExp, message: string): z.ZodString {
  return z.string({ error: message }).regex(pattern, { error: message, abort: true });
}

/** A DNS label short enough that names made from it fit where they go. */
export function label(maxLength: number): z.ZodString {
  return shaped(new RegExp(`^${LABEL}$`), 'must be lower-case letters, digits and inner "-"').max(maxLength);
}

/** A host name of at least one label; an address is none. */
export function hostName(maxLength = 253): z.ZodString {
  const pattern = /^(?!.*\.[0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
  return shaped(pattern, "must be a host name in lower case, such as storm.example.com").max(maxLength);
}

/** A share, as "70%" or 70. */
export const percentage = z.union(
  [z.int().min(10).max(95), shaped(/^([1-8][0-9]|9[0-5])%?$/, "must be from 10% to 95%")],
  { error: 'must be a percentage such as "70%"' },
);

/** An amount of memory or disk, e.g. 100GB. GB and GiB are the same here: 2^30 bytes. */
export const bytes = shaped(/^[1-9][0-9]{0,5}(GB|GiB|TB|TiB)$/, 'must be an amount such as "100GB" or "1TB"');

/** A length of time, e.g. 15d. */
export const duration = shaped(/^[1-9][0-9]{0,4}(m|h|d|w)$/, 'must be a time such as "30m", "24h", "15d" or "2w"');

/** An IPv4 network, e.g. 10.0.0.0/8. */
export const cidr = shaped(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, 'must be an IPv4 network such as "10.0.0.0/8"').refine(
  isNetwork,
  'must be an IPv4 network such as "10.0.0.0/8", with no bits set after its prefix',
);

export const email = shaped(/^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/, "must be an e-mail address").max(254);

/** A file of the project, relative to storm.yml. */
export const file = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]*$/u, "must be a file name without control characters");

/** A short text without line breaks. */
export const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, "must be one line of text");

function isNetwork(value: string): boolean {
  const [address = "", prefixText] = value.split("/");
  const prefix = Number(prefixText);
  const octets = address.split(".").map(Number);
  if (prefix > 32 || octets.some((octet) => octet > 255)) return false;
  const bits = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return bits % 2 ** (32 - prefix) === 0;
}
