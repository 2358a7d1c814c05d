/** OpenSSH's own encodings of keys. They hold the curves that SSH knows: not P-224, for which all of this is empty. */
import { createHash, randomBytes, type JsonWebKey, type KeyObject } from "node:crypto";

export interface OpensshPublic {
  readonly publicKeyOpenssh: string;
  readonly publicKeyFingerprintMd5: string;
  readonly publicKeyFingerprintSha256: string;
}

const CURVES: { readonly [curve: string]: string } = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};
const CIPHER_BLOCK = 8;
const PEM_LINE = 64;

/** The authorized_keys line and its fingerprints. */
export function opensshPublic(key: KeyObject): OpensshPublic {
  const jwk = sshKey(key);
  if (!jwk) {
    return { publicKeyOpenssh: "", publicKeyFingerprintMd5: "", publicKeyFingerprintSha256: "" };
  }
  const blob = publicBlob(jwk);
  const md5 = createHash("md5").update(blob).digest("hex");
  return {
    publicKeyOpenssh: `${keyType(jwk)} ${blob.toString("base64")}\n`,
    publicKeyFingerprintMd5: md5.replace(/..(?!$)/g, "$&:"),
    publicKeyFingerprintSha256: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
  };
}

/** The private key file that ssh-keygen writes, unencrypted and without a comment. */
export function opensshPrivate(key: KeyObject): string {
  const jwk = sshKey(key);
  if (!jwk) {
    return "";
  }
  const check = randomBytes(4);
  const secrets = Buffer.concat([check, check, string(keyType(jwk)), privateFields(jwk), string("")]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, -secrets.length & (CIPHER_BLOCK - 1)));
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"),
    string("none"),
    string(""),
    Buffer.from([0, 0, 0, 1]),
    string(publicBlob(jwk)),
    string(Buffer.concat([secrets, padding])),
  ]);
  const lines = body.toString("base64").match(new RegExp(`.{1,${PEM_LINE}}`, "g")) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function sshKey(key: KeyObject): JsonWebKey | undefined {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return curve === "secp224r1" ? undefined : key.export({ format: "jwk" });
}

function keyType(jwk: JsonWebKey): string {
  switch (jwk.kty) {
    case "RSA":
      return "ssh-rsa";
    case "EC":
      return `ecdsa-sha2-${CURVES[jwk.crv ?? ""]}`;
    default:
      return "ssh-ed25519";
  }
}

function publicBlob(jwk: JsonWebKey): Buffer {
  const type = string(keyType(jwk));
  switch (jwk.kty) {
    case "RSA":
      return Buffer.concat([type, number(bytes(jwk.e)), number(bytes(jwk.n))]);
    case "EC":
      return Buffer.concat([type, string(CURVES[jwk.crv ?? ""] ?? ""), string(point(jwk))]);
    default:
      return Buffer.concat([type, string(bytes(jwk.x))]);
  }
}

function privateFields(jwk: JsonWebKey): Buffer {
  switch (jwk.kty) {
    case "RSA":
      return Buffer.concat([jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((part) => number(bytes(part))));
    case "EC":
      return Buffer.concat([string(CURVES[jwk.crv ?? ""] ?? ""), string(point(jwk)), number(bytes(jwk.d))]);
    default:
      return Buffer.concat([string(bytes(jwk.x)), string(Buffer.concat([bytes(jwk.d), bytes(jwk.x)]))]);
  }
}

/** An uncompressed curve point. */
function point(jwk: JsonWebKey): Buffer {
  return Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

function string(value: string | Buffer): Buffer {
  const data = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

/** A positive number: no leading zeros, but one where the first bit would make it negative. */
function number(value: Buffer): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const trimmed = start === -1 ? Buffer.alloc(0) : value.subarray(start);
  return string((trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}
