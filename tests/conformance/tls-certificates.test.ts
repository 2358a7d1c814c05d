/** Certificates of the `tls` plugin: fields as OpenSSL reads them, change and renewal. See engine.ts for STORM_PLUGIN. */
import { secret } from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";
import { certificateText, extension, openssl, verifies } from "./openssl";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start("tls");
});
afterAll(() => lab?.stop());

const SUBJECT = {
  commonName: "storm.test",
  organization: "Störm & Co",
  country: "DE",
  streetAddresses: ["One", "Two"],
};
const LEAF_USES = ["digital_signature", "key_encipherment", "server_auth", "client_auth"];
/** A value from an `up`, as text. */
type Values = (name: string) => string;
async function up(
  program: () => Promise<Record<string, unknown>>,
): Promise<{ value: Values; changes: Record<string, number> }> {
  const { outputs, changes } = await lab.up(program);
  return { value: (name) => String(outputs[name]?.value), changes };
}

describe("fields", () => {
  let value: Values;
  beforeAll(async () => {
    ({ value } = await up(async () => {
      const key = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
      const privateKeyPem = key.privateKeyPem;
      const ca = new tls.SelfSignedCert("ca", {
        privateKeyPem,
        subject: {
          ...SUBJECT,
          organizationalUnit: "Unit",
          locality: "Town",
          province: "State",
          postalCode: "12345",
          serialNumber: "7",
        },
        validityPeriodHours: 48,
        isCaCertificate: true,
        maxPathLength: 1,
        setAuthorityKeyId: true,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
      });
      const request = new tls.CertRequest("request", {
        privateKeyPem,
        subject: { ...SUBJECT, emailAddress: "ops@storm.test" },
        dnsNames: ["storm.test", "*.storm.test"],
        ipAddresses: ["10.1.2.3", "fd00::1"],
        uris: ["spiffe://storm/node"],
      });
      const leaf = new tls.LocallySignedCert("leaf", {
        certRequestPem: request.certRequestPem,
        caCertPem: ca.certPem,
        caPrivateKeyPem: privateKeyPem,
        validityPeriodHours: 24,
        setSubjectKeyId: true,
        allowedUses: LEAF_USES,
      });
      const bare = new tls.SelfSignedCert("bare", {
        privateKeyPemWo: privateKeyPem,
        privateKeyPemWoVersion: 1,
        validityPeriodHours: 1,
        dnsNames: ["bare.test"],
        maxPathLength: 0,
        allowedUses: [],
      });
      return {
        ca: ca.certPem,
        request: request.certRequestPem,
        leaf: leaf.certPem,
        bare: bare.certPem,
        publicKey: key.publicKeyPem,
        start: leaf.validityStartTime,
        end: leaf.validityEndTime,
        ready: leaf.readyForRenewal,
        id: leaf.id,
      };
    }));
  });

  it("of a certificate request", () => {
    const text = openssl(["req", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus,sname"], value("request"));
    expect(text).toContain("C=DE,O=Störm & Co,street=One+street=Two,CN=storm.test,emailAddress=ops@storm.test");
    expect(extension(text, "X509v3 Subject Alternative Name")).toBe(
      "DNS:storm.test, DNS:*.storm.test, IP Address:10.1.2.3, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://storm/node",
    );
  });

  it("of a CA", () => {
    const text = certificateText(value("ca"));
    const subject = openssl(["x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus,sname"], value("ca"));
    expect(subject).toContain(
      "C=DE,O=Störm & Co,OU=Unit,L=Town,ST=State,street=One+street=Two,postalCode=12345,CN=storm.test,serialNumber=7",
    );
    expect(extension(text, "X509v3 Basic Constraints: critical")).toBe("CA:TRUE, pathlen:1");
    expect(extension(text, "X509v3 Key Usage: critical")).toBe("Digital Signature, Certificate Sign, CRL Sign");
    expect(extension(text, "X509v3 Authority Key Identifier")).toBe(extension(text, "X509v3 Subject Key Identifier"));
    expect(text).toContain("Version: 3");
  });

  it("of a locally signed certificate", () => {
    const text = certificateText(value("leaf"));
    const ca = certificateText(value("ca"));
    const names = openssl(["x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus,sname"], value("leaf"));
    // The request's e-mail address is not taken over.
    expect(names.trim()).toBe("subject=C=DE,O=Störm & Co,street=One+street=Two,CN=storm.test");
    expect(extension(text, "X509v3 Key Usage: critical")).toBe("Digital Signature, Key Encipherment");
    expect(extension(text, "X509v3 Extended Key Usage")).toBe(
      "TLS Web Server Authentication, TLS Web Client Authentication",
    );
    expect(extension(text, "X509v3 Basic Constraints: critical")).toBe("CA:FALSE");
    expect(extension(text, "X509v3 Subject Key Identifier")).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
    expect(extension(text, "X509v3 Authority Key Identifier")).toBe(extension(ca, "X509v3 Subject Key Identifier"));
    expect(extension(text, "X509v3 Subject Alternative Name")).toContain("URI:spiffe://storm/node");
    expect(verifies(value("ca"), value("leaf"))).toBe(true);
  });

  it("of its validity, renewal and serial number", () => {
    const dates = openssl(["x509", "-noout", "-startdate", "-enddate", "-serial"], value("leaf"));
    const seconds = (text: string | undefined): number => Math.floor(Date.parse(text ?? "") / 1_000);
    expect(seconds(/notBefore=(.*)/.exec(dates)?.[1])).toBe(seconds(value("start")));
    expect(seconds(/notAfter=(.*)/.exec(dates)?.[1])).toBe(seconds(value("end")));
    expect(seconds(value("end")) - seconds(value("start"))).toBe(24 * 3_600);
    expect(BigInt(`0x${/serial=(.*)/.exec(dates)?.[1]}`).toString()).toBe(value("id"));
    expect(value("ready")).toBe("false");
  });

  it("of a certificate whose key is write-only: signed by it, and the key is no output", async () => {
    expect(openssl(["x509", "-noout", "-pubkey"], value("bare"))).toBe(value("publicKey"));
    const file = JSON.parse(await lab.state()) as {
      checkpoint: { latest: { resources: { urn: string; outputs?: object }[] } };
    };
    const bare = file.checkpoint.latest.resources.find(({ urn }) => urn.endsWith("::bare"));
    expect(bare?.outputs).toHaveProperty("privateKeyPemWoVersion", 1);
    expect(bare?.outputs).not.toHaveProperty("privateKeyPemWo");
  });

  it("without a subject, names are critical; a path length of 0 counts as none", () => {
    const text = certificateText(value("bare"));
    expect(extension(text, "X509v3 Subject Alternative Name: critical")).toBe("DNS:bare.test");
    expect(extension(text, "X509v3 Basic Constraints: critical")).toBe("CA:FALSE");
    expect(extension(text, "X509v3 Key Usage: critical")).toBeUndefined();
    expect(extension(text, "X509v3 Subject Key Identifier")).toBeUndefined();
  });
});

describe("change and renewal", () => {
  const program =
    (settings: { early?: number; hours?: number; commonName?: string }) =>
    async (): Promise<Record<string, unknown>> => {
      const { privateKeyPem } = new tls.PrivateKey("renewed-key", { algorithm: "ED25519" });
      const cert = new tls.SelfSignedCert("renewed", {
        privateKeyPem,
        subject: { commonName: settings.commonName ?? "renewed" },
        validityPeriodHours: settings.hours ?? 24,
        earlyRenewalHours: settings.early,
        allowedUses: LEAF_USES,
      });
      return { pem: cert.certPem, ready: cert.readyForRenewal };
    };

  it("replaces on a change, but keeps the certificate when only earlyRenewalHours moves", async () => {
    const first = await up(program({}));
    const moved = await up(program({ early: 23 }));
    expect(moved.changes).toMatchObject({ update: 1 });
    expect(moved.value("pem")).toBe(first.value("pem"));
    const renamed = await up(program({ early: 23, commonName: "other" }));
    expect(renamed.changes).toMatchObject({ replace: 1 });
    expect(renamed.value("pem")).not.toBe(first.value("pem"));
  });

  it("renews on a plain up once the time of early renewal has come", async () => {
    const first = await up(program({ commonName: "other", early: 23 }));
    const due = await up(program({ commonName: "other", early: 24 }));
    expect(due.changes).toMatchObject({ replace: 1 });
    expect(due.value("pem")).not.toBe(first.value("pem"));
    expect(due.value("ready")).toBe("true");
  });

  it("renews an expired one on each up; a refresh leaves it to that", async () => {
    const first = await up(program({ hours: 0 }));
    await lab.refresh();
    const second = await up(program({ hours: 0 }));
    expect(second.changes).toMatchObject({ replace: 1 });
    expect(second.value("pem")).not.toBe(first.value("pem"));
  });

  it("says in a preview what is not known yet, and makes nothing", async () => {
    const before = await lab.state();
    const { changes } = await lab.preview(program({ commonName: "previewed", hours: 1 }));
    expect(changes).toMatchObject({ replace: 1, same: 2 });
    expect(await lab.state()).toBe(before);
  });
});

describe("bad inputs", () => {
  const cert = (args: Partial<tls.SelfSignedCertArgs>): Promise<string> =>
    lab.failingUp(async () => {
      new tls.SelfSignedCert("bad", {
        privateKeyPem: secret("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"),
        validityPeriodHours: 1,
        allowedUses: [],
        ...args,
      });
    });

  it("names what is wrong, and never shows the key", async () => {
    const unknownAlgorithm = await lab.failingUp(async () => {
      new tls.PrivateKey("bad", { algorithm: "DSA" });
    });
    expect(unknownAlgorithm).toMatch(/algorithm[\s\S]*RSA[\s\S]*ECDSA[\s\S]*ED25519/);
    expect(await cert({ allowedUses: ["serverAuth"] })).toMatch(/server_auth/);
    const key = await cert({});
    expect(key).toMatch(/private key PEM/);
    expect(key).not.toContain("canary");
  });
});
