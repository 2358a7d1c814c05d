/** Signing with the algorithm that fits the key, and PEM. */
import { createPublicKey, sign, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";

interface Signer {
  readonly algorithm: AlgorithmIdentifier;
  sign(data: ArrayBuffer): ArrayBuffer;
}

/** SHA-256, and the curve's own strength for the two larger curves. */
export function signerFor(key: KeyObject): Signer {
  const { oid, hash } = signatureOf(key);
  const parameters = key.asymmetricKeyType === "rsa" ? null : undefined;
  return {
    algorithm: new AlgorithmIdentifier({ algorithm: oid, parameters }),
    sign: (data) => arrayBuffer(sign(hash, Buffer.from(data), key)),
  };
}

function signatureOf(key: KeyObject): { oid: string; hash: string | null } {
  if (key.asymmetricKeyType === "rsa") {
    return { oid: "1.2.840.113549.1.1.11", hash: "sha256" };
  }
  if (key.asymmetricKeyType === "ed25519") {
    return { oid: "1.3.101.112", hash: null };
  }
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case "secp384r1":
      return { oid: "1.2.840.10045.4.3.3", hash: "sha384" };
    case "secp521r1":
      return { oid: "1.2.840.10045.4.3.4", hash: "sha512" };
    default:
      return { oid: "1.2.840.10045.4.3.2", hash: "sha256" };
  }
}

export function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return AsnConvert.parse(der, SubjectPublicKeyInfo);
}

export function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** The content of the first block with this label. */
export function fromPem(label: string, pem: string): ArrayBuffer {
  const body = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem)?.[1];
  if (body === undefined) {
    throw new Error(`failed to decode PEM of expected type "${label}"`);
  }
  return arrayBuffer(Buffer.from(body, "base64"));
}

export function arrayBuffer(data: Uint8Array): ArrayBuffer {
  return new Uint8Array(data).buffer;
}
