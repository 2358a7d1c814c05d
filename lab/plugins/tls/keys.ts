/** Private keys: making, reading and naming them. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { opensshPublic, type OpensshPublic } from "./openssh";

export const ALGORITHMS = ["RSA", "ECDSA", "ED25519"] as const;
export const CURVES = ["P224", "P256", "P384", "P521"] as const;

const NODE_CURVES: { readonly [name: string]: string } = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};
const NAMES: { readonly [nodeType: string]: string } = { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" };
const generate = promisify(generateKeyPair);

/** Makes a private key. */
export async function generateKey(algorithm: string, rsaBits: number, curve: string): Promise<KeyObject> {
  switch (algorithm) {
    case "RSA":
      return (await generate("rsa", { modulusLength: rsaBits })).privateKey;
    case "ECDSA":
      return (await generate("ec", { namedCurve: NODE_CURVES[curve] ?? curve })).privateKey;
    default:
      return (await generate("ed25519")).privateKey;
  }
}

/** Reads a PEM in PKCS#1, SEC 1 or PKCS#8. The message never repeats what was given. */
export function parseKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    algorithmOf(key);
    return key;
  } catch {
    throw new Error("failed to parse private key PEM: expected RSA, ECDSA or ED25519 in PKCS#1, SEC 1 or PKCS#8");
  }
}

/** The algorithm as inputs and outputs name it. */
export function algorithmOf(key: KeyObject): string {
  const name = NAMES[key.asymmetricKeyType ?? ""];
  if (!name) {
    throw new Error("unsupported private key type");
  }
  return name;
}

/** The form that each algorithm is usually kept in: PKCS#1, SEC 1, and PKCS#8 for ED25519. */
export function traditionalPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    default:
      return pkcs8Pem(key);
  }
}

export function pkcs8Pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Everything public about a key, and the id that resources take from it. */
export function publicAttributes(key: KeyObject): { id: string; attributes: OpensshPublic & { publicKeyPem: string } } {
  const publicKey = createPublicKey(key);
  const publicKeyPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const der = publicKey.export({ type: "spki", format: "der" });
  return { id: sha1(der), attributes: { publicKeyPem, ...opensshPublic(publicKey) } };
}

/** The hexadecimal checksum that ids are. */
export function sha1(data: Uint8Array): string {
  return createHash("sha1").update(data).digest("hex");
}
