/** Certificates by lego from a real ACME authority, through a real Consul with the cluster's own policies, to Traefik's files. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AcmeLab } from "./lab";

jest.setTimeout(300_000);

/** A third of it before the end they are renewed. */
const VALIDITY_SECONDS = 45;
const WEB = ["*.web.dev.storm.example.com", "web.dev.storm.example.com"];
const STORM = ["dev.storm.example.com"];

let lab: AcmeLab;
let managers: string[];
let worker: string;
beforeAll(async () => {
  lab = await AcmeLab.start(VALIDITY_SECONDS);
  managers = ["manager-1", "manager-2"].map((name) => lab.node(name, true));
  worker = lab.node("worker-1", false);
  for (const root of managers) bring(root, lab.issueSettings({ web: WEB, storm: STORM }));
  writeFileSync(join(worker, "etc/storm/acme/ingress.json"), JSON.stringify({ names: ["storm", "web"] }));
});
afterAll(() => lab?.stop());

function bring(root: string, settings: string): void {
  writeFileSync(join(root, "etc/storm/acme/issue.json"), settings, { mode: 0o600 });
}
const both = () => Promise.all(managers.map((root) => lab.script("storm_acme.py", root)));
const stored = async (name: string) => {
  const { certificate } = JSON.parse((await lab.read(`storm/acme/certificates/${name}`)) ?? "") as {
    certificate: string;
  };
  return new X509Certificate(certificate);
};
const ingress = (name: string) => readFileSync(join(worker, "etc/storm/ingress", name), "utf8");
const served = () =>
  (JSON.parse(ingress("certificates.yml")) as { tls: { certificates: { certFile: string; keyFile: string }[] } }).tls
    .certificates;

let first: X509Certificate;

test("until there is a certificate, that of the cluster's own authority is served", async () => {
  expect(await lab.script("storm_certificates.py", worker)).toMatchObject({ code: 0 });
  expect(served()).toEqual([{ certFile: "/etc/storm/ingress/web.crt", keyFile: "/etc/storm/ingress/web.key" }]);
});

test("two managers at once get each certificate once", async () => {
  const ran = await both();
  expect(ran.map(({ code, text }) => [code, code === 0 ? "" : text])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  first = await stored("web");
  expect(first.subjectAltName?.split(", ").sort()).toEqual(WEB.map((name) => `DNS:${name}`).sort());
  expect((await stored("storm")).subjectAltName).toBe("DNS:dev.storm.example.com");
  expect(lab.runs()).toBe(2);
});

test("the credential is on no command line, in no output and not in Consul; nothing is left behind", async () => {
  const seen = [readFileSync(join(lab.folder, "runs"), "utf8"), ...(await both()).map(({ text }) => text)];
  for (const key of ["account", "certificates/web", "state/web"])
    seen.push((await lab.read(`storm/acme/${key}`)) ?? "");
  expect(seen.join("\n")).not.toContain("sesame-open");
  // Only the one that had the lock made a folder there.
  const made = managers.map((root) => join(root, "run/storm")).filter((folder) => existsSync(folder));
  expect(made.flatMap((folder) => readdirSync(folder))).toEqual([]);
});

test("a node reads certificates, and neither account nor lock; an operator and the catalog's token read nothing", async () => {
  expect(await lab.read("storm/acme/certificates/web", "node")).toContain("PRIVATE KEY");
  expect(await lab.read("storm/acme/account")).toContain("PRIVATE KEY");
  for (const token of ["node", "operator", "catalog"])
    expect(await lab.read("storm/acme/account", token)).toBe("denied");
  for (const token of ["operator", "catalog"])
    expect(await lab.read("storm/acme/certificates/web", token)).toBe("denied");
});

test("every node serves them: whole pairs, the key for root alone", async () => {
  expect(await lab.script("storm_certificates.py", worker)).toMatchObject({ code: 0 });
  expect(served().map(({ certFile }) => certFile.replace(/_[0-9a-f]{12}\./, "_HASH."))).toEqual([
    "/etc/storm/ingress/acme_storm_HASH.crt",
    "/etc/storm/ingress/acme_web_HASH.crt",
  ]);
  const web = served()[1];
  const local = (file = "") => join(worker, file);
  expect(new X509Certificate(readFileSync(local(web?.certFile))).serialNumber).toBe(first.serialNumber);
  expect(statSync(local(web?.keyFile)).mode & 0o777).toBe(0o600);
});

test("a good certificate is not asked for again", async () => {
  await both();
  expect(lab.runs()).toBe(2);
});

test("a third of its life before its end it is renewed, by the same customer, and the old pair goes", async () => {
  const account = await lab.read("storm/acme/account");
  await sleep(Math.max(0, Date.parse(first.validTo) - (VALIDITY_SECONDS / 3 - 1) * 1000 - Date.now()));
  expect((await both()).map(({ code }) => code)).toEqual([0, 0]);
  expect((await stored("web")).serialNumber).not.toBe(first.serialNumber);
  expect(await lab.read("storm/acme/account")).toBe(account);
  await lab.script("storm_certificates.py", worker);
  expect(readdirSync(join(worker, "etc/storm/ingress")).filter((name) => name.startsWith("acme_web_"))).toHaveLength(2);
});

test("with a wrong credential it says so without the credential, waits, and goes on when it is put right", async () => {
  const more = { shop: ["*.shop.dev.storm.example.com"] };
  const [manager = ""] = managers;
  bring(manager, lab.issueSettings(more, { TEST_CREDENTIAL: "not-the-one" }));
  const failed = await lab.script("storm_acme.py", manager);
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.text).toContain("not issued: shop");
  expect(failed.text).not.toContain("not-the-one");
  const tries = lab.runs();
  expect(await lab.script("storm_acme.py", manager)).toMatchObject({ code: 0 });
  expect(lab.runs()).toBe(tries);
  expect(JSON.parse((await lab.read("storm/acme/state/shop")) ?? "")).toMatchObject({ failures: 1 });
  bring(manager, lab.issueSettings(more));
  expect(await lab.script("storm_acme.py", manager)).toMatchObject({ code: 0 });
  expect((await stored("shop")).subjectAltName).toBe("DNS:*.shop.dev.storm.example.com");
});

test("where wildcards are CNAMEs, the challenge is in the zone all the same, not where they lead", async () => {
  const [manager = ""] = managers;
  await lab.wildcard("_acme-challenge.blog.dev.storm.example.com", "ingress.trafficmanager.test");
  bring(manager, lab.issueSettings({ blog: ["*.blog.dev.storm.example.com"] }));
  expect(await lab.script("storm_acme.py", manager)).toMatchObject({ code: 0 });
  expect((await stored("blog")).subjectAltName).toBe("DNS:*.blog.dev.storm.example.com");
});
