/** The lab's authority: machines of the lab believe it as they believe the real ones, nobody else does. */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createExclusively, readIfThere } from "../../../tools/files";
import { issue, ownKey, readIssuer } from "../../plugins/tls/certificate";
import { generateKey, parseKey, pkcs8Pem } from "../../plugins/tls/keys";
import { nameOf } from "../../plugins/tls/subject";
import { FILES } from "./folder";

const NO_NAMES = { dnsNames: [], ipAddresses: [], uris: [] };
const CA = { validityPeriodHours: 10 * 365 * 24, isCaCertificate: true, allowedUses: ["cert_signing", "crl_signing"] };
const LEAF = { validityPeriodHours: 2 * 365 * 24, allowedUses: ["digital_signature", "server_auth"] };

export interface Pair {
  certificate: string;
  /** Secret. */
  key: string;
}

/** The authority in this folder, made when there is none. Its key is the owner's alone. */
export async function ensureCa(folder: string): Promise<Pair> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [certificateFile, keyFile] = [join(folder, FILES.caCertificate), join(folder, FILES.caKey)];
  if (readIfThere(keyFile) === undefined) {
    createExclusively(keyFile, pkcs8Pem(await generateKey("ECDSA", 0, "P256")), 0o600);
  }
  // Whoever was quicker, here it is. A certificate is made from it alone: killed in between, the next one goes on.
  const key = readIfThere(keyFile) ?? "";
  if (readIfThere(certificateFile) === undefined) {
    const subject = nameOf({ organization: "Storm lab", commonName: `Storm lab ${randomUUID().slice(0, 8)}` });
    const holder = { subject, names: NO_NAMES, publicKey: ownKey(parseKey(key)) };
    createExclusively(certificateFile, issue(holder, { key: parseKey(key) }, CA).certPem, 0o644);
  }
  return { certificate: readIfThere(certificateFile) ?? "", key };
}

/** A server's certificate for all of these names, and its key. */
export async function issueLeaf(ca: Pair, dnsNames: readonly string[], ipAddresses: string[] = []): Promise<Pair> {
  const key = await generateKey("ECDSA", 0, "P256");
  const holder = { subject: nameOf({}), names: { ...NO_NAMES, dnsNames, ipAddresses }, publicKey: ownKey(key) };
  const { certPem } = issue(holder, readIssuer(ca.certificate, parseKey(ca.key)), LEAF);
  return { certificate: certPem, key: pkcs8Pem(key) };
}
