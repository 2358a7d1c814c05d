/** `tls.SelfSignedCert`. */
import { revealMap } from "../shared/values";
import { ALT_NAME_FIELDS, altNamesOf, checkAltNames } from "./alt-name-input";
import { certType } from "./cert-type";
import { issue, ownKey } from "./certificate";
import { keyOf } from "./key-input";
import { algorithmOf, parseKey } from "./keys";
import { nameOf, SUBJECT_FIELDS } from "./subject";

export const SelfSignedCert = certType({
  keyName: "privateKeyPem",
  algorithmName: "keyAlgorithm",
  fields: {
    ...ALT_NAME_FIELDS,
    subject: { type: "object", fields: SUBJECT_FIELDS, change: "replace" },
    setAuthorityKeyId: { type: "boolean", change: "replace" },
  },
  defaults: { setAuthorityKeyId: false },
  check: checkAltNames,
  issue(settings) {
    const key = parseKey(keyOf("privateKeyPem", settings));
    const subject = nameOf(revealMap(settings)["subject"]);
    const holder = { subject, names: altNamesOf(settings), publicKey: ownKey(key) };
    return { ...issue(holder, { key }, settings), algorithm: algorithmOf(key) };
  },
});
