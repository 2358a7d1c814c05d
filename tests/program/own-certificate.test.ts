import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { loadAll } from "../../load";
import { checkOwnCertificate } from "../../plan/own-certificate";
import { load } from "../../spec/load";
import { temporaryFolder } from "../tools/support";

const folder = temporaryFolder();
const at = (name: string) => path.join(folder, name);
const read = (name: string) => fs.readFileSync(at(name), "utf8");

/** A certificate of its own authority, by other hands than ours. */
function make(name: string, names: string[], ...more: string[]): void {
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`];
  const alt = ["-addext", `subjectAltName=${names.map((each) => `DNS:${each}`).join(",")}`];
  const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`)];
  execFileSync("openssl", ["req", ...kind, ...alt, ...files, ...(more.length > 0 ? more : ["-days", "90"])], {
    stdio: "ignore",
  });
}

beforeAll(() => {
  make("right", ["dev.storm.example.com", "*.web.dev.storm.example.com"]);
  make("narrow", ["web.dev.storm.example.com", "*.storm.example.com"]);
  make("soon", ["dev.storm.example.com", "*.web.dev.storm.example.com"], "-days", "7");
  execFileSync("openssl", [
    "pkcs8",
    "-topk8",
    "-in",
    at("right.key"),
    "-out",
    at("locked.key"),
    "-passout",
    "pass:xyz",
  ]);
  fs.writeFileSync(at("nothing.pem"), "no PEM at all, canary-of-a-secret\n");
  fs.writeFileSync(at("web.yml"), "services: {shop: {image: nginx, ports: ['80']}}\n");
});

function loaded(certificate: string, key: string) {
  const text = `Hostname: storm.example.com\nLocal: [1, small]\ntls: { certificate: ${certificate}, key: ${key} }\ncompose: { web: { file: web.yml } }\n`;
  fs.writeFileSync(at("storm.yml"), text);
  const settings = { directory: folder, file: "storm.yml", env: "dev", ipvs: true, offline: true };
  return loadAll({ ...settings, buildDirectory: at("builds") });
}

function messageOf(certificate: string, key: string): string {
  try {
    loaded(certificate, key);
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(folder, "FOLDER") : "";
  }
  return "";
}

test("a certificate for every name is taken, with its key", () => {
  const { certificate, warnings } = loaded("right.crt", "right.key");
  expect(certificate).toEqual({ certPem: read("right.crt"), keyPem: read("right.key") });
  expect(warnings).toEqual([]);
});

test.each([
  [
    "a file that is not there",
    "none.crt",
    "right.key",
    "storm.yml:3:21 tls/certificate: there is no such file: FOLDER/none.crt",
  ],
  ["a folder", ".", "right.key", "storm.yml:3:21 tls/certificate: cannot be read (EISDIR): FOLDER"],
  [
    "no PEM",
    "nothing.pem",
    "right.key",
    "storm.yml:3:21 tls/certificate: must be a certificate in PEM (BEGIN CERTIFICATE)",
  ],
  ["no key", "right.crt", "nothing.pem", "storm.yml:3:37 tls/key: must be a private key in PEM (BEGIN PRIVATE KEY)"],
  [
    "a key with a passphrase",
    "right.crt",
    "locked.key",
    "storm.yml:3:37 tls/key: must not have a passphrase: nobody could type it on the nodes",
  ],
  [
    "another's key",
    "right.crt",
    "narrow.key",
    "storm.yml:3:37 tls/key: must be the key of tls/certificate, and belongs to another",
  ],
  [
    "names that it is not for: a wildcard is for one label",
    "narrow.crt",
    "narrow.key",
    "storm.yml:3:21 tls/certificate: must be for every name of the cluster, and is not for shop.web.dev.storm.example.com",
  ],
])("%s is an error with its place", (_, certificate, key, message) => {
  expect(messageOf(certificate, key)).toBe(message);
  expect(messageOf(certificate, key)).not.toContain("canary");
});

test("near its end there is a warning", () => {
  expect(loaded("soon.crt", "soon.key").warnings.join()).toMatch(
    /storm\.yml:3:21 tls\/certificate: warning: ends in [67] days, on 20/,
  );
});

test("past its end, or before its begin, it is an error", () => {
  const { spec } = load("tls: { certificate: a, key: b }\n", { fileName: "storm.yml" });
  const own = { certPem: read("right.crt"), keyPem: read("right.key") };
  const at = (days: number) =>
    checkOwnCertificate(spec, own, [], new Date(Date.now() + days * 86_400_000)).errors.map(({ message }) => message);
  expect(at(0)).toEqual([]);
  expect(at(91)).toEqual([expect.stringMatching(/^must be valid, and ended on 20/)]);
  expect(at(-1)).toEqual([expect.stringMatching(/^must be valid, and begins on 20/)]);
});
