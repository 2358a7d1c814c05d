/** Makes X.509 certificates, field for field as the official plugin does. `storm credentials` signs by it, too. */
import { createPublicKey, randomBytes, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  Certificate,
  Extensions,
  TBSCertificate,
  Validity,
  Version,
  type Name,
  type Extension,
  type SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import type { ValueMap } from "../shared/values";
import {
  altNames,
  authorityKey,
  basicConstraints,
  keyIdentifier,
  keyUsage,
  readSubjectKey,
  subjectKey,
  type AltNames,
} from "./extensions";
import { arrayBuffer, fromPem, publicKeyInfo, signerFor, toPem } from "./signature";

const SERIAL_BYTES = 16;
const HOUR_MS = 3_600_000;

/** Whom the certificate is for. */
export interface Holder {
  readonly subject: Name;
  readonly names: AltNames;
  readonly publicKey: SubjectPublicKeyInfo;
}

/** Who signs; without a certificate the holder signs for itself. */
export interface Issuer {
  readonly key: KeyObject;
  readonly certificate?: Certificate;
}

export interface Issued {
  readonly id: string;
  readonly certPem: string;
  readonly validityStartTime: string;
  readonly validityEndTime: string;
}

/** Signs a certificate by the settings of a certificate resource. */
export function issue(holder: Holder, issuer: Issuer, settings: ValueMap): Issued {
  const from = new Date();
  const until = new Date(from.getTime() + Number(settings["validityPeriodHours"]) * HOUR_MS);
  const serial = randomBytes(SERIAL_BYTES);
  const extensions = extensionsOf(holder, issuer, settings);
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    certPem: signCertificate(holder, issuer, { serial, from, until, extensions }),
    validityStartTime: from.toISOString(),
    validityEndTime: until.toISOString(),
  };
}

/** What a certificate says besides whose it is. */
export interface Terms {
  readonly serial: Buffer;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: Extension[];
}

/** The PEM of a certificate with these terms. */
export function signCertificate(holder: Omit<Holder, "names">, issuer: Issuer, terms: Terms): string {
  const signer = signerFor(issuer.key);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: positive(terms.serial),
    signature: signer.algorithm,
    issuer: issuer.certificate?.tbsCertificate.subject ?? holder.subject,
    validity: new Validity({ notBefore: terms.from, notAfter: terms.until }),
    subject: holder.subject,
    subjectPublicKeyInfo: holder.publicKey,
    extensions: new Extensions(terms.extensions),
  });
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: signer.algorithm,
    signatureValue: signer.sign(AsnConvert.serialize(tbsCertificate)),
  });
  return toPem("CERTIFICATE", AsnConvert.serialize(certificate));
}

/** Reads a signing certificate and makes sure that the key is its own. */
export function readIssuer(certPem: string, key: KeyObject): Issuer {
  const certificate = AsnConvert.parse(fromPem("CERTIFICATE", certPem), Certificate);
  const ours = createPublicKey(key).export({ type: "spki", format: "der" });
  const theirs = Buffer.from(AsnConvert.serialize(certificate.tbsCertificate.subjectPublicKeyInfo));
  if (!theirs.equals(ours)) {
    throw new Error("Failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  return { key, certificate };
}

/** The holder's own key, for self-signed certificates. */
export function ownKey(key: KeyObject): SubjectPublicKeyInfo {
  return publicKeyInfo(key);
}

function extensionsOf(holder: Holder, issuer: Issuer, settings: ValueMap): Extensions {
  const isCa = settings["isCaCertificate"] === true;
  const pathLength = typeof settings["maxPathLength"] === "number" ? settings["maxPathLength"] : undefined;
  if (isCa && holder.subject.length === 0) {
    throw new Error(
      "Invalid Certificate Subject: Must contain at least one Distinguished Name when creating Certificate Authority (CA)",
    );
  }
  if (!isCa && pathLength !== undefined && pathLength > 0) {
    throw new Error("Failed to create certificate: x509: only CAs are allowed to specify MaxPathLen");
  }
  const ownId = isCa || settings["setSubjectKeyId"] === true ? keyIdentifier(holder.publicKey) : undefined;
  const issuerId = authorityId(holder, issuer, settings, ownId);
  const uses = Array.isArray(settings["allowedUses"]) ? settings["allowedUses"].map(String) : [];
  return new Extensions([
    ...keyUsage(uses),
    basicConstraints(isCa, pathLength),
    ...(ownId ? [subjectKey(ownId)] : []),
    ...(issuerId ? [authorityKey(issuerId)] : []),
    ...altNames(holder.names, holder.subject.length === 0),
  ]);
}

/** Taken from the issuer by itself when that is somebody else; in a self-signed certificate on request only. */
function authorityId(
  holder: Holder,
  issuer: Issuer,
  settings: ValueMap,
  ownId: ArrayBuffer | undefined,
): ArrayBuffer | undefined {
  const parent = issuer.certificate?.tbsCertificate;
  if (parent) {
    const other = !sameName(parent.subject, holder.subject);
    return other ? readSubjectKey(parent.extensions ?? []) : undefined;
  }
  if (settings["setAuthorityKeyId"] !== true) {
    return undefined;
  }
  if (!ownId) {
    throw new Error("Invalid Certificate Authority: Could not determine Authority Key Identifier");
  }
  return ownId;
}

function sameName(left: Name, right: Name): boolean {
  return Buffer.from(AsnConvert.serialize(left)).equals(Buffer.from(AsnConvert.serialize(right)));
}

/** The shortest encoding of a number that must not read as negative. */
function positive(number: Buffer): ArrayBuffer {
  const start = number.findIndex((byte) => byte !== 0);
  const trimmed = start === -1 ? Buffer.from([0]) : number.subarray(start);
  return arrayBuffer((trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}
