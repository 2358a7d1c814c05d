/** Extensions of certificates and requests, in the order in which the official plugin's library writes them. */
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  type SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import { arrayBuffer } from "./signature";
import { extendedUsages, keyUsageBits } from "./usages";

const ED25519 = "1.3.101.112";

/** Names that a certificate is valid for. */
export interface AltNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
}

export function keyUsage(uses: readonly string[]): Extension[] {
  const [bits, extended] = [keyUsageBits(uses), extendedUsages(uses)];
  return [
    ...(bits ? [extension(id_ce_keyUsage, new KeyUsage(bits), true)] : []),
    ...(extended.length > 0 ? [extension(id_ce_extKeyUsage, new ExtendedKeyUsage(extended))] : []),
  ];
}

/** A path length of 0 is left out: the official plugin's library takes it for "none given". */
export function basicConstraints(isCa: boolean, pathLength: number | undefined): Extension {
  const pathLenConstraint = pathLength !== undefined && pathLength > 0 ? pathLength : undefined;
  return extension(id_ce_basicConstraints, new BasicConstraints({ cA: isCa, pathLenConstraint }), true);
}

export function subjectKey(id: ArrayBuffer): Extension {
  return extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(id));
}

export function authorityKey(id: ArrayBuffer): Extension {
  const keyIdentifier = new KeyIdentifier(id);
  return extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier }));
}

/** None without names. Critical where the subject is empty, as it then is the only identity. */
export function altNames({ dnsNames, ipAddresses, uris }: AltNames, critical: boolean): Extension[] {
  const names = [
    ...dnsNames.map((dNSName) => new GeneralName({ dNSName })),
    ...ipAddresses.map((address) => new GeneralName({ iPAddress: address.replace(/^::ffff:(?=\d+\.)/i, "") })),
    ...uris.map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
  ];
  return names.length > 0 ? [extension(id_ce_subjectAltName, new SubjectAlternativeName(names), critical)] : [];
}

/** The names in a request's or certificate's extensions. */
export function readAltNames(extensions: readonly Extension[]): AltNames {
  const found = extensions.find(({ extnID }) => extnID === id_ce_subjectAltName);
  const names = found ? [...AsnConvert.parse(found.extnValue.buffer, SubjectAlternativeName)] : [];
  return {
    dnsNames: names.flatMap(({ dNSName }) => dNSName ?? []),
    ipAddresses: names.flatMap(({ iPAddress }) => (iPAddress && isIP(iPAddress) ? iPAddress : [])),
    uris: names.flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? []),
  };
}

/** The subject key identifier among the extensions. */
export function readSubjectKey(extensions: readonly Extension[]): ArrayBuffer | undefined {
  const found = extensions.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  return found && AsnConvert.parse(found.extnValue.buffer, SubjectKeyIdentifier).buffer;
}

/** SHA-1 of the public key's bits; of an octet string around them for ED25519, as in the official plugin. */
export function keyIdentifier({ algorithm, subjectPublicKey }: SubjectPublicKeyInfo): ArrayBuffer {
  const bits = Buffer.from(subjectPublicKey);
  const octets = algorithm.algorithm === ED25519 ? Buffer.concat([Buffer.from([4, bits.length]), bits]) : bits;
  return arrayBuffer(createHash("sha1").update(octets).digest());
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}
