/** Reads an unencrypted OpenSSH private key file. */
import type { JsonWebKey } from "node:crypto";

const MAGIC = "openssh-key-v1\0";
const CURVES: { readonly [name: string]: string } = { nistp256: "P-256", nistp384: "P-384", nistp521: "P-521" };

/** The key as JWK. The message never repeats what was given. */
export function parseOpensshPrivate(pem: string): JsonWebKey {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem)?.[1];
  const data = Buffer.from(body ?? "", "base64");
  if (!data.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) {
    throw new Error("failed to parse openssh private key: not an OpenSSH key file");
  }
  const outer = new Reader(data.subarray(MAGIC.length));
  const cipher = outer.string().toString();
  if (cipher !== "none") {
    throw new Error("failed to parse openssh private key: it is encrypted");
  }
  outer.string();
  outer.string();
  outer.skip(4);
  outer.string();
  const inner = new Reader(outer.string());
  inner.skip(8);
  return keyFrom(inner);
}

function keyFrom(reader: Reader): JsonWebKey {
  const type = reader.string().toString();
  if (type === "ssh-rsa") {
    const [n, e, d, qi, p, q] = [0, 1, 2, 3, 4, 5].map(() => reader.string());
    return rsaKey({ n, e, d, qi, p, q });
  }
  if (type === "ssh-ed25519") {
    const x = reader.string();
    const d = reader.string().subarray(0, 32);
    return { kty: "OKP", crv: "Ed25519", x: x.toString("base64url"), d: d.toString("base64url") };
  }
  const crv = CURVES[type.replace("ecdsa-sha2-", "")];
  if (!crv) {
    throw new Error(`failed to parse openssh private key: unsupported key type`);
  }
  reader.string();
  const point = reader.string().subarray(1);
  const size = point.length / 2;
  return {
    kty: "EC",
    crv,
    x: point.subarray(0, size).toString("base64url"),
    y: point.subarray(size).toString("base64url"),
    d: pad(unsigned(reader.string()), size).toString("base64url"),
  };
}

/** The file leaves out the two exponents of the Chinese remainder theorem. */
function rsaKey(parts: { readonly [name: string]: Buffer | undefined }): JsonWebKey {
  const value = (name: string): bigint => BigInt(`0x${parts[name]?.toString("hex") || "0"}`);
  const numbers = {
    ...Object.fromEntries(Object.keys(parts).map((name) => [name, value(name)])),
    dp: value("d") % (value("p") - 1n),
    dq: value("d") % (value("q") - 1n),
  };
  const encoded = Object.entries(numbers).map(([name, number]) => {
    const hex = number.toString(16);
    return [name, Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex").toString("base64url")];
  });
  return { kty: "RSA", ...(Object.fromEntries(encoded) as JsonWebKey) };
}

function unsigned(number: Buffer): Buffer {
  return number[0] === 0 ? number.subarray(1) : number;
}

function pad(number: Buffer, size: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, size - number.length)), number]);
}

class Reader {
  private at = 0;

  constructor(private readonly data: Buffer) {}

  string(): Buffer {
    const start = this.at + 4;
    const end = start + this.data.readUInt32BE(this.at);
    this.at = end;
    return this.data.subarray(start, end);
  }

  skip(bytes: number): void {
    this.at += bytes;
  }
}
