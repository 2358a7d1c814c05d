import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { authorityOf } from "../../cli/credentials/authority";
import { issueCredential } from "../../cli/credentials/certificate";
import { certificateText, extension, openssl, verifies } from "../conformance/openssl";
import { temporaryFolder } from "../tools/support";
import { serveHttps } from "./support";

/** The certificates of `storm credentials issue`, as OpenSSL sees them. */

const folder = temporaryFolder();
const HOUR = 3_600_000;
const file = (name: string) => join(folder, name);
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

const authority = (() => {
  const pems = ["-keyout", file("ca.key"), "-out", file("ca.pem")];
  const uses = ["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"];
  openssl(["req", "-x509", ...key, ...uses, "-days", "2", "-subj", "/O=Storm/CN=Storm dev Docker API CA", ...pems]);
  return { certPem: readFileSync(file("ca.pem"), "utf8"), keyPem: readFileSync(file("ca.key"), "utf8") };
})();
const now = new Date();
const alice = issueCredential("alice@example.com", 8 * HOUR, authority, now);

function purpose(what: string, certPem: string): string {
  writeFileSync(file("cert.pem"), certPem);
  const args = ["verify", "-x509_strict", "-purpose", what, "-CAfile", file("ca.pem"), file("cert.pem")];
  try {
    return openssl(args).trim().split(" ").at(-1) ?? "";
  } catch (error) {
    return String((error as { stderr: unknown }).stderr);
  }
}

test("it names the person, is of the cluster's authority, and good for as long as was asked", () => {
  expect(verifies(authority.certPem, alice.certPem)).toBe(true);
  const { subject, validTo, validFrom, serialNumber } = new X509Certificate(alice.certPem);
  expect(subject).toBe("O=Storm\nCN=alice@example.com");
  expect(new Date(validTo).getTime()).toBe(Math.floor((now.getTime() + 8 * HOUR) / 1000) * 1000);
  expect(new Date(validTo)).toEqual(alice.expires);
  // A manager whose clock is behind takes it, too.
  expect(now.getTime() - new Date(validFrom).getTime()).toBeGreaterThanOrEqual(5 * 60_000);
  expect(serialNumber).toBe(alice.serial);
});

test("the key is the person's own", () => {
  expect(openssl(["pkey", "-pubout"], alice.keyPem)).toBe(openssl(["x509", "-noout", "-pubkey"], alice.certPem));
  expect(issueCredential("bob", HOUR, authority).keyPem).not.toBe(alice.keyPem);
});

test("a client's, and nothing else", () => {
  const text = certificateText(alice.certPem);
  expect(extension(text, "X509v3 Extended Key Usage")).toBe("TLS Web Client Authentication");
  expect(extension(text, "X509v3 Basic Constraints: critical")).toBe("CA:FALSE");
  expect(extension(text, "X509v3 Key Usage: critical")).toBe("Digital Signature");
  expect(text).not.toContain("Subject Alternative Name");
  expect(purpose("sslclient", alice.certPem)).toBe("OK");
  expect(purpose("sslserver", alice.certPem)).toMatch(/unsuitable certificate purpose|unsupported certificate purpose/);
});

test("nobody takes a server that shows it", async () => {
  const server = await serveHttps({ cert: alice.certPem, key: alice.keyPem }, (_, answer) => answer.end());
  try {
    const error = await new Promise<Error>((resolve, reject) => {
      // Its name is no reason: that it has none is seen elsewhere.
      const options = { ca: authority.certPem, checkServerIdentity: () => undefined, agent: false };
      get(server.origin, options, () => reject(new Error("it was taken"))).on("error", resolve);
    });
    expect(error).toMatchObject({ code: "INVALID_PURPOSE" });
  } finally {
    server.close();
  }
});

test("what is signed with it is of nobody", () => {
  writeFileSync(file("alice.pem"), alice.certPem);
  writeFileSync(file("alice.key"), alice.keyPem, { mode: 0o600 });
  openssl(["req", ...key, "-keyout", file("own.key"), "-out", file("own.csr"), "-subj", "/CN=docker.storm.localhost"]);
  writeFileSync(file("own.cnf"), "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:localhost\n");
  const signed = [
    "-CA",
    file("alice.pem"),
    "-CAkey",
    file("alice.key"),
    "-CAcreateserial",
    "-extfile",
    file("own.cnf"),
  ];
  openssl(["x509", "-req", "-in", file("own.csr"), "-days", "1", ...signed, "-out", file("own.pem")]);
  const chain = ["-untrusted", file("alice.pem"), "-CAfile", file("ca.pem"), file("own.pem")];
  for (const what of ["sslclient", "sslserver"])
    expect(() => openssl(["verify", "-purpose", what, ...chain])).toThrow(/invalid CA certificate/);
});

test("serial numbers are written the same by everybody: no zero in front, no sign", () => {
  const serials = Array.from({ length: 20 }, () => issueCredential("bob", HOUR, authority));
  for (const { serial, certPem } of serials) {
    expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(openssl(["x509", "-noout", "-serial"], certPem).trim()).toBe(`serial=${serial}`);
  }
  expect(new Set(serials.map(({ serial }) => serial)).size).toBe(20);
});

test("none outlives the authority", () => {
  expect(() => issueCredential("bob", 72 * HOUR, authority)).toThrow(/authority ends on .*, before that/);
});

test("nor is one signed by a key that is not the certificate's", () => {
  execFileSync("openssl", [
    "genpkey",
    "-algorithm",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-out",
    file("x.key"),
  ]);
  const other = { ...authority, keyPem: readFileSync(file("x.key"), "utf8") };
  expect(() => issueCredential("bob", HOUR, other)).toThrow("doesn't match");
});

const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";
const resource = (name: string, key: string) => ({
  urn: `urn:pulumi:dev::storm::storm:certificates:Certificate$${SIGNED}::${name}`,
  type: SIGNED,
  inputs: { caCertPem: `${key} CERT`, caPrivateKeyPem: { plaintext: JSON.stringify(`${key} KEY`) } },
});

test.each(["docker-client-cert", "docker-server-cert"])("the authority is what has signed %s in the state", (name) => {
  const old = { ...resource("docker-client-cert", "OLD"), delete: true };
  const others = [resource("consul-server-cert", "CONSUL"), resource("registry-cert", "REGISTRY")];
  const found = authorityOf("dev", [...others, old, resource(name, "DOCKER")]);
  expect(found).toEqual({ certPem: "DOCKER CERT", keyPem: "DOCKER KEY" });
  expect(() => authorityOf("dev", [...others, old])).toThrow("stack dev has no authority of its Docker API");
});
