/** Keys of the `tls` plugin in every format, judged by OpenSSL and ssh-keygen. See engine.ts for STORM_PLUGIN. */
import * as tls from "@pulumi/tls";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";
import { openssl, sshKeygen, verifies } from "./openssl";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start("tls");
});
afterAll(() => lab?.stop());

const LEAF_USES = ["digital_signature", "key_encipherment", "server_auth", "client_auth"];
const KEYS = [
  { name: "rsa", algorithm: "RSA", openssl: /2048 bit/, openssh: "ssh-rsa" },
  { name: "p224", algorithm: "ECDSA", openssl: /secp224r1/, openssh: undefined },
  { name: "p256", algorithm: "ECDSA", ecdsaCurve: "P256", openssl: /prime256v1/, openssh: "ecdsa-sha2-nistp256" },
  { name: "p384", algorithm: "ECDSA", ecdsaCurve: "P384", openssl: /secp384r1/, openssh: "ecdsa-sha2-nistp384" },
  { name: "p521", algorithm: "ECDSA", ecdsaCurve: "P521", openssl: /secp521r1/, openssh: "ecdsa-sha2-nistp521" },
  { name: "ed25519", algorithm: "ED25519", openssl: /ED25519/, openssh: "ssh-ed25519" },
];

const PRIVATE_FORMATS = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"] as const;
const KEY_OUTPUTS = [
  ...PRIVATE_FORMATS,
  "algorithm",
  "publicKeyPem",
  "publicKeyOpenssh",
  "publicKeyFingerprintMd5",
  "publicKeyFingerprintSha256",
] as const;

describe("keys, and certificates of each kind of key", () => {
  const program = async (): Promise<Record<string, unknown>> => {
    const outputs: Record<string, unknown> = {};
    for (const { name, algorithm, ecdsaCurve } of KEYS) {
      const key = new tls.PrivateKey(name, { algorithm, ecdsaCurve });
      const ca = new tls.SelfSignedCert(`${name}-ca`, {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `CA ${name}` },
        validityPeriodHours: 48,
        isCaCertificate: true,
        allowedUses: ["cert_signing"],
      });
      const request = new tls.CertRequest(`${name}-request`, {
        privateKeyPem: key.privateKeyPemPkcs8,
        subject: { commonName: "leaf" },
        dnsNames: ["leaf.test"],
      });
      const leaf = new tls.LocallySignedCert(`${name}-leaf`, {
        certRequestPem: request.certRequestPem,
        caCertPem: ca.certPem,
        caPrivateKeyPem: key.privateKeyPem,
        validityPeriodHours: 24,
        allowedUses: LEAF_USES,
      });
      const found = key.privateKeyOpenssh.apply((text) =>
        text === "" ? undefined : tls.getPublicKey({ privateKeyOpenssh: text }),
      );
      outputs[`${name}-key`] = Object.fromEntries(KEY_OUTPUTS.map((output) => [output, key[output]]));
      for (const output of KEY_OUTPUTS) {
        outputs[`${name}-${output}`] = key[output];
      }
      outputs[`${name}-found`] = found;
      outputs[`${name}-certificates`] = { ca: ca.certPem, request: request.certRequestPem, leaf: leaf.certPem };
      outputs[`${name}-algorithms`] = [ca.keyAlgorithm, request.keyAlgorithm, leaf.caKeyAlgorithm];
    }
    return outputs;
  };
  let outputs: Awaited<ReturnType<Lab["up"]>>["outputs"];
  beforeAll(async () => {
    outputs = (await lab.up(program)).outputs;
  });
  const read = <T>(name: string): T => outputs[name]?.value as T;

  it.each(KEYS)("$name: key in every format", ({ name, openssl: pattern, openssh }) => {
    const key = read<Record<string, string>>(`${name}-key`);
    const publicKey = openssl(["pkey", "-pubout"], key["privateKeyPem"]);
    expect(openssl(["pkey", "-noout", "-text"], key["privateKeyPem"])).toMatch(pattern);
    expect(key["publicKeyPem"]).toBe(publicKey);
    expect(openssl(["pkey", "-pubout"], key["privateKeyPemPkcs8"])).toBe(publicKey);
    expect(key["privateKeyPemPkcs8"]).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    if (openssh === undefined) {
      expect([key["privateKeyOpenssh"], key["publicKeyOpenssh"], key["publicKeyFingerprintMd5"]]).toEqual(["", "", ""]);
      return;
    }
    const file = key["privateKeyOpenssh"] ?? "";
    expect(key["publicKeyOpenssh"]).toMatch(new RegExp(`^${openssh} [A-Za-z0-9+/=]+\\n$`));
    expect(sshKeygen(["-y"], file).trim()).toBe(key["publicKeyOpenssh"]?.trim());
    expect(sshKeygen(["-l", "-E", "sha256"], file)).toContain(` ${key["publicKeyFingerprintSha256"]} `);
    expect(sshKeygen(["-l", "-E", "md5"], file)).toContain(` MD5:${key["publicKeyFingerprintMd5"]} `);
    expect(read(`${name}-found`)).toMatchObject({
      publicKeyPem: key["publicKeyPem"],
      publicKeyOpenssh: key["publicKeyOpenssh"],
      algorithm: key["algorithm"],
    });
  });

  it.each(KEYS)("$name: request and certificates", ({ name, algorithm }) => {
    const { ca, request, leaf } = read<{ ca: string; request: string; leaf: string }>(`${name}-certificates`);
    expect(() => openssl(["req", "-noout", "-verify"], request)).not.toThrow();
    expect(verifies(ca, leaf)).toBe(true);
    expect(read(`${name}-algorithms`)).toEqual([algorithm, algorithm, algorithm]);
  });

  it("makes nothing anew the second time", async () => {
    expect((await lab.up(program)).changes).toEqual({ same: 1 + 4 * KEYS.length });
  });

  it("keeps private keys out of the state file", async () => {
    const state = await lab.state();
    expect(state).toContain("BEGIN CERTIFICATE");
    expect(state).not.toContain("PRIVATE KEY");
    for (const { name } of KEYS) {
      const key = read<Record<string, string>>(`${name}-key`);
      for (const format of PRIVATE_FORMATS) {
        const line = key[format]?.split("\n")[1];
        expect(state).not.toContain(line || "PRIVATE KEY");
      }
    }
  });

  it("makes private keys secret, and nothing else of a key", () => {
    const secrets = KEY_OUTPUTS.filter((output) => outputs[`rsa-${output}`]?.secret);
    expect(secrets).toEqual(PRIVATE_FORMATS);
  });
});
