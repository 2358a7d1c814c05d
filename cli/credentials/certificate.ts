import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { basicConstraints, authorityKey, keyUsage, readSubjectKey } from "../../lab/plugins/tls/extensions";
import { ownKey, readIssuer, signCertificate } from "../../lab/plugins/tls/certificate";
import { nameOf } from "../../lab/plugins/tls/subject";
import { UserError } from "../../tools/errors";
import type { Authority } from "./authority";

/** A person's key with its certificate. */
export interface Credential {
  person: string;
  /** As the managers' proxies and openssl write it: hexadecimal digits, capitals. */
  serial: string;
  issued: Date;
  expires: Date;
  certPem: string;
  /** Secret. */
  keyPem: string;
}

/** Clocks of managers that are behind must not find it not valid yet. */
const BACKDATED_MS = 5 * 60_000;

/**
 * Signs a client certificate: for TLS clients alone, no authority, without a name that a server could have. The key is made here.
 * @throws UserError when the authority itself ends before that
 */
export function issueCredential(person: string, ttlMs: number, authority: Authority, now = new Date()): Credential {
  const expires = new Date(Math.floor((now.getTime() + ttlMs) / 1000) * 1000);
  const end = new Date(new X509Certificate(authority.certPem).validTo);
  if (expires > end)
    throw new UserError(`the cluster's own authority ends on ${end.toISOString()}, before that`, [
      "Ask for a shorter time, or let the next `up` renew it.",
    ]);
  const issuer = readIssuer(authority.certPem, createPrivateKey(authority.keyPem));
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuerKey = readSubjectKey(issuer.certificate?.tbsCertificate.extensions ?? []);
  const serial = serialNumber();
  const certPem = signCertificate(
    { subject: nameOf({ organization: "Storm", commonName: person }), publicKey: ownKey(privateKey) },
    issuer,
    {
      serial,
      from: new Date(now.getTime() - BACKDATED_MS),
      until: expires,
      extensions: [
        ...keyUsage(["digital_signature", "client_auth"]),
        basicConstraints(false, undefined),
        ...(issuerKey ? [authorityKey(issuerKey)] : []),
      ],
    },
  );
  return {
    person,
    serial: serial.toString("hex").toUpperCase(),
    issued: now,
    expires,
    certPem,
    keyPem: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

/** 126 bits by chance. The first byte is neither 0 nor reads as a sign: so everybody writes the number with the same digits. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
