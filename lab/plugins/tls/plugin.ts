/** Offline stand-in of the `tls` plugin: the official package's tokens, inputs, outputs and diff rules. */
import type { Plugin } from "../shared/resource";
import { CertRequest } from "./cert-request";
import { getPublicKey } from "./get-public-key";
import { LocallySignedCert } from "./locally-signed-cert";
import { PrivateKey } from "./private-key";
import { SelfSignedCert } from "./self-signed-cert";

export const tlsPlugin: Plugin = {
  name: "tls",
  version: "5.6.1",
  resources: {
    "tls:index/privateKey:PrivateKey": PrivateKey,
    "tls:index/certRequest:CertRequest": CertRequest,
    "tls:index/selfSignedCert:SelfSignedCert": SelfSignedCert,
    "tls:index/locallySignedCert:LocallySignedCert": LocallySignedCert,
  },
  functions: { "tls:index/getPublicKey:getPublicKey": getPublicKey },
};
