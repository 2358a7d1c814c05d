import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { errorAt } from "../spec/error-at";
import { formatIssue, type Issue } from "../spec/errors";
import type { Spec } from "../spec/spec";

/** The user's own certificate with its chain, and its key: PEM. */
export interface OwnCertificate {
  certPem: string;
  /** Secret. */
  keyPem: string;
}

/** Before its end by less than this there is a warning. */
const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * What is wrong with the certificate that `tls` of storm.yml names: errors with their place there, warnings as text. No message holds
 * anything of the key.
 * @param hosts the names that the ingress answers for
 */
export function checkOwnCertificate(
  spec: Spec,
  { certPem, keyPem }: OwnCertificate,
  hosts: readonly string[],
  now: Date,
): { errors: Issue[]; warnings: string[] } {
  const at = (key: "certificate" | "key", message: string) => errorAt(spec.source, ["tls", key], message);
  const chain = chainOf(certPem);
  const key = keyOf(keyPem);
  const [leaf] = chain ?? [];
  if (leaf === undefined || typeof key === "string") {
    const errors = leaf === undefined ? [at("certificate", "must be a certificate in PEM (BEGIN CERTIFICATE)")] : [];
    return { errors: [...errors, ...(typeof key === "string" ? [at("key", key)] : [])], warnings: [] };
  }
  const errors: Issue[] = [];
  if (!leaf.checkPrivateKey(key)) errors.push(at("key", "must be the key of tls/certificate, and belongs to another"));
  const [from, to] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  if (to <= now) errors.push(at("certificate", `must be valid, and ended on ${day(to)}`));
  if (from > now) errors.push(at("certificate", `must be valid, and begins on ${day(from)}`));
  const missing = hosts.filter((host) => leaf.checkHost(host, { subject: "never" }) === undefined);
  if (missing.length > 0)
    errors.push(
      at("certificate", `must be for every name of the cluster, and is not for ${[...missing].sort().join(", ")}`),
    );
  return { errors, warnings: errors.length > 0 ? [] : warningsOf(leaf, chain ?? [], now, at) };
}

function warningsOf(
  leaf: X509Certificate,
  chain: X509Certificate[],
  now: Date,
  at: (key: "certificate", message: string) => Issue,
): string[] {
  const warning = (message: string) => formatIssue({ ...at("certificate", message), severity: "warning" });
  const days = Math.floor((Date.parse(leaf.validTo) - now.getTime()) / DAY_MS);
  const isOwn = leaf.subject === leaf.issuer;
  return [
    ...(days < WARN_DAYS ? [warning(`ends in ${days} days, on ${day(new Date(leaf.validTo))}`)] : []),
    ...(chain.length === 1 && !isOwn
      ? [warning("holds no other certificate: clients that do not know its issuer want the chain after it")]
      : []),
  ];
}

function chainOf(pem: string): X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** The key, or what is wrong with it. */
function keyOf(pem: string): KeyObject | string {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem))
    return "must not have a passphrase: nobody could type it on the nodes";
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's own words could quote the file.
    return "must be a private key in PEM (BEGIN PRIVATE KEY)";
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
