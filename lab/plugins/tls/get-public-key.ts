/** `tls.getPublicKey`: the public side of a private key in PEM or in OpenSSH's format. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import type { FunctionType } from "../shared/resource";
import { revealMap } from "../shared/values";
import { algorithmOf, parseKey, publicAttributes } from "./keys";
import { parseOpensshPrivate } from "./openssh-reader";

export const getPublicKey: FunctionType = {
  inputs: {
    privateKeyPem: { type: "string", secret: true },
    privateKeyOpenssh: { type: "string", secret: true },
  },
  check: ({ privateKeyPem, privateKeyOpenssh }) =>
    (privateKeyPem === undefined) === (privateKeyOpenssh === undefined)
      ? [{ property: "privateKeyPem", reason: "exactly one of privateKeyPem and privateKeyOpenssh must be set" }]
      : [],
  async invoke(_call, inputs) {
    const { privateKeyPem, privateKeyOpenssh } = revealMap(inputs);
    const key: KeyObject =
      privateKeyPem === undefined
        ? createPrivateKey({ key: parseOpensshPrivate(String(privateKeyOpenssh)), format: "jwk" })
        : parseKey(String(privateKeyPem));
    const { id, attributes } = publicAttributes(key);
    return { ...inputs, id, algorithm: algorithmOf(key), ...attributes };
  },
};
