/** Certificates of the ingress in previews: the user's own, and what ACME asks for before anything is made. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

const MACHINE = { "storm:local": JSON.stringify({ nodeImage: "node:1", cacheImage: "cache:1", ipvs: false }) };
const ACME = [
  "Hostname: storm.example.com",
  "Local: [1, small]",
  "dns: { provider: digitalocean, zone: example.com, create: true }",
  "tls: { acme: { email: ops@example.com } }",
].join("\n");

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start();
});
afterAll(() => lab.stop());

test("the user's key is secret from the first moment; no authority of the cluster's signs for the ingress", async () => {
  const at = (name: string) => join(lab.folder, name);
  const kind = [
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "90",
    "-subj",
    "/CN=own",
  ];
  const names = ["-addext", "subjectAltName=DNS:test.storm.localhost"];
  execFileSync("openssl", ["req", ...kind, ...names, "-keyout", at("own.key"), "-out", at("own.crt")], {
    stdio: "ignore",
  });
  const text = "Local: [1, small]\ntls: { certificate: own.crt, key: own.key }\n";
  const { resources, messages } = await lab.preview(text, { stack: "own", config: MACHINE });
  const [, line = ""] = readFileSync(at("own.key"), "utf8").split("\n");
  expect(line.length).toBeGreaterThan(30);
  expect(JSON.stringify({ resources, messages })).not.toContain(line);
  expect(resources.filter(({ name }) => name.startsWith("ingress-"))).toEqual([]);
});

test("ACME without its credential is one clear error before anything is made", async () => {
  const { text, resources } = await lab.failing(ACME, { stack: "acme-none", config: MACHINE });
  expect(text).toContain("stack config storm:acme: is missing. tls: acme writes records at digitalocean with it");
  expect(text).not.toContain("    at ");
  // The engine's own: the stack, and what reads its state of before.
  const engine = ["pulumi:pulumi:Stack", "pulumi:providers:pulumi"];
  expect(resources.filter(({ type }) => !engine.includes(type))).toEqual([]);
});

test("a wrong credential is named without its value", async () => {
  const secrets = { "storm:acme": JSON.stringify({ DO_TOKEN: "canary-of-a-token" }) };
  const { text } = await lab.failing(ACME, { stack: "acme-wrong", config: MACHINE, secrets });
  expect(text).toContain("DO_AUTH_TOKEN is missing");
  expect(text).not.toContain("canary");
});

test("a credential that is not secret is refused: it would be plain in the stack's config", async () => {
  const config = { ...MACHINE, "storm:acme": JSON.stringify({ DO_AUTH_TOKEN: "canary-of-a-token" }) };
  const { text } = await lab.failing(ACME, { stack: "acme-open", config });
  expect(text).toContain("stack config storm:acme is not secret, so it is readable in Pulumi.acme-open.yaml");
  expect(text).not.toContain("canary");
});

test("set as docs/https.md says, each name by --path, it is taken, and shown nowhere", async () => {
  const stack = await lab.stack("acme-set");
  await stack.setConfig("storm:acme.DO_AUTH_TOKEN", { value: "canary-of-a-token", secret: true }, true);
  const seen = await lab.preview(ACME, { stack: "acme-set", config: MACHINE });
  expect(seen.resources.map(({ name }) => name)).toContain("enroll-local-1");
  expect(JSON.stringify(seen)).not.toContain("canary");
});
