/** `tls.LocallySignedCert`: a certificate for a request, signed by a CA at hand. */
import { certType } from "./cert-type";
import { issue, readIssuer } from "./certificate";
import { readRequest } from "./cert-request";
import { keyOf } from "./key-input";
import { algorithmOf, parseKey } from "./keys";

export const LocallySignedCert = certType({
  keyName: "caPrivateKeyPem",
  algorithmName: "caKeyAlgorithm",
  fields: {
    certRequestPem: { type: "string", required: true, change: "replace" },
    caCertPem: { type: "string", required: true, change: "replace" },
  },
  issue(settings) {
    const holder = readRequest(String(settings["certRequestPem"]));
    const key = parseKey(keyOf("caPrivateKeyPem", settings));
    const issuer = readIssuer(String(settings["caCertPem"]), key);
    return { ...issue(holder, issuer, settings), algorithm: algorithmOf(key) };
  },
});
