/** `tls.PrivateKey`: made once and kept in state, secret; any change makes another one. */
import type { Fields } from "../shared/fields";
import type { ResourceType } from "../shared/resource";
import { revealMap, secret, unknown, type ValueMap } from "../shared/values";
import { ALGORITHMS, CURVES, generateKey, pkcs8Pem, publicAttributes, traditionalPem } from "./keys";
import { opensshPrivate } from "./openssh";
import { diffAgainstState } from "./replacement";

const FIELDS: Fields = {
  algorithm: { type: "string", required: true, oneOf: ALGORITHMS, change: "replace" },
  // Below 1024 bits the official plugin's crypto library refuses, too.
  rsaBits: { type: "integer", min: 1024, change: "replace" },
  ecdsaCurve: { type: "string", oneOf: CURVES, change: "replace" },
};
const DEFAULTS = { rsaBits: 2048, ecdsaCurve: "P224" };
const COMPUTED = [
  "privateKeyPem",
  "privateKeyPemPkcs8",
  "privateKeyOpenssh",
  "publicKeyPem",
  "publicKeyOpenssh",
  "publicKeyFingerprintMd5",
  "publicKeyFingerprintSha256",
];

export const PrivateKey: ResourceType = {
  inputs: FIELDS,
  diff: (_oldInputs, oldState, inputs) => diffAgainstState(FIELDS, oldState, { ...DEFAULTS, ...inputs }),
  preview: (inputs) => ({
    ...DEFAULTS,
    ...inputs,
    ...Object.fromEntries(COMPUTED.map((name) => [name, name.startsWith("private") ? secret(unknown) : unknown])),
  }),
  async create(_call, inputs) {
    const settings: ValueMap = { ...DEFAULTS, ...revealMap(inputs) };
    const { algorithm, rsaBits, ecdsaCurve } = settings;
    const key = await generateKey(String(algorithm), Number(rsaBits), String(ecdsaCurve));
    const { id, attributes } = publicAttributes(key);
    const privateKeys = {
      privateKeyPem: secret(traditionalPem(key)),
      privateKeyPemPkcs8: secret(pkcs8Pem(key)),
      privateKeyOpenssh: secret(opensshPrivate(key)),
    };
    return { id, state: { ...DEFAULTS, ...inputs, ...privateKeys, ...attributes } };
  },
};
