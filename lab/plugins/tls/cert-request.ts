/** `tls.CertRequest`: a certificate signing request (PKCS#10). */
import { CertificationRequest, CertificationRequestInfo, Attributes } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Attribute, Extensions } from "@peculiar/asn1-x509";
import type { Fields } from "../shared/fields";
import type { ResourceType } from "../shared/resource";
import { revealMap, unknown } from "../shared/values";
import { ALT_NAME_FIELDS, altNamesOf, checkAltNames } from "./alt-name-input";
import type { Holder } from "./certificate";
import { altNames, readAltNames } from "./extensions";
import { checkKey, keyFields, keyOf, withoutWriteOnly } from "./key-input";
import { algorithmOf, parseKey, sha1 } from "./keys";
import { diffAgainstState } from "./replacement";
import { fromPem, publicKeyInfo, signerFor, toPem } from "./signature";
import { nameOf, normalized, SUBJECT_FIELDS } from "./subject";

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
const KEY = "privateKeyPem";
const FIELDS: Fields = {
  ...keyFields(KEY),
  ...ALT_NAME_FIELDS,
  subject: { type: "object", fields: SUBJECT_FIELDS, change: "replace" },
};

export const CertRequest: ResourceType = {
  inputs: FIELDS,
  check: (inputs) => [...checkKey(KEY, inputs), ...checkAltNames(inputs)],
  diff: (_oldInputs, oldState, inputs) => diffAgainstState(FIELDS, oldState, inputs),
  preview: (inputs) => ({ ...withoutWriteOnly(KEY, inputs), certRequestPem: unknown, keyAlgorithm: unknown }),
  async create(_call, inputs) {
    const settings = revealMap(inputs);
    const key = parseKey(keyOf(KEY, settings));
    const extensions = altNames(altNamesOf(settings), false);
    const signer = signerFor(key);
    const certificationRequestInfo = new CertificationRequestInfo({
      subject: nameOf(settings["subject"]),
      subjectPKInfo: publicKeyInfo(key),
      attributes: new Attributes(extensions.length > 0 ? [extensionRequest(new Extensions(extensions))] : []),
    });
    const request = new CertificationRequest({
      certificationRequestInfo,
      signatureAlgorithm: signer.algorithm,
      signature: signer.sign(AsnConvert.serialize(certificationRequestInfo)),
    });
    const der = AsnConvert.serialize(request);
    return {
      id: sha1(new Uint8Array(der)),
      state: {
        ...withoutWriteOnly(KEY, inputs),
        certRequestPem: toPem("CERTIFICATE REQUEST", der),
        keyAlgorithm: algorithmOf(key),
      },
    };
  },
};

/** What a certificate takes over from a request: subject, names and public key. */
export function readRequest(pem: string): Holder {
  const request = AsnConvert.parse(fromPem("CERTIFICATE REQUEST", pem), CertificationRequest);
  const { subject, subjectPKInfo, attributes } = request.certificationRequestInfo;
  const wanted = attributes.find(({ type }) => type === EXTENSION_REQUEST)?.values[0];
  const extensions = wanted ? AsnConvert.parse(wanted, Extensions) : [];
  return { subject: normalized(subject), names: readAltNames(extensions), publicKey: subjectPKInfo };
}

function extensionRequest(extensions: Extensions): Attribute {
  return new Attribute({ type: EXTENSION_REQUEST, values: [AsnConvert.serialize(extensions)] });
}
