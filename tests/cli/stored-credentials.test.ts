import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Finding } from "../../cli/accounts/finding";
import { settle } from "../../cli/accounts/settle";
import { type StoredCredential, storedCredentials } from "../../cli/accounts/stored";
import { howIn, type Vault } from "../../cli/accounts/vault";
import { makePlan } from "../../plan/plan";
import { load } from "../../spec/load";
import { temporaryFolder } from "../tools/support";
import { type CloudApis, cloudApis, GOOD } from "./cloud-apis";

const folder = temporaryFolder();
let apis: CloudApis;
beforeAll(async () => {
  apis = await cloudApis();
});
afterAll(() => apis.close());

const planOf = (text: string) =>
  makePlan(load(`Hostname: ${GOOD.zone}\n${text}`, { fileName: "storm.yml" }).spec, { env: "dev" }).plan;
const DROPLETS = "DigitalOcean: [3, small]\ndns: {provider: digitalocean}\ntls: {acme: {email: ops@example.com}}\n";
const ADMINS = "network: {adminCidrs: [203.0.113.7/32]}\n";

/** Stack config in memory. */
class Memory implements Vault {
  readonly values = new Map<string, string>();
  readable: string[] = [];
  how(key: string) {
    return this.readable.includes(key) ? "readable" : this.values.has(key) ? "encrypted" : "missing";
  }
  get(key: string) {
    return Promise.resolve(this.values.get(key) ?? "");
  }
  set(key: string, value: string) {
    this.values.set(key, value);
    return Promise.resolve();
  }
}

/** Somebody who answers each question with the next line. */
function answering(...lines: string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let shown = "";
  output.on("data", (part: Buffer) => {
    shown += part.toString();
    if (/[:?] (\[y\/N\] )?$/.test(part.toString().replace(/\u001b\[[^a-zA-Z]*[a-zA-Z]/g, "")))
      input.write(`${lines.shift() ?? ""}\n`);
  });
  return { input, output, shown: () => shown };
}

function only(credentials: StoredCredential[]): StoredCredential {
  const [credential] = credentials;
  if (credential === undefined) throw new Error("there is none");
  return credential;
}

const token = () => only(storedCredentials(planOf(DROPLETS), { DIGITALOCEAN_API_URL: apis.origin }));

async function settled(credential: StoredCredential, vault: Vault, ...lines: string[]) {
  const terminal = answering(...lines);
  const shown: Finding[] = [];
  const show = (finding: Finding) => void shown.push(finding);
  const last = await settle(credential, { stack: "prod", vault, terminal, show });
  return { last, all: JSON.stringify([shown, last]) + terminal.shown() };
}

test("what a storm.yml needs of stack config", () => {
  const needs = (text: string) =>
    storedCredentials(planOf(text), {}).map(({ title, fields }) => [title, ...fields.map(({ key }) => key)]);
  expect(needs("Local: [3, small]\n")).toEqual([]);
  expect(needs(`AWS: [3, small]\n${ADMINS}`)).toEqual([]);
  expect(needs(DROPLETS)).toEqual([
    ["DigitalOcean", "digitalocean:token"],
    [`Records in ${GOOD.zone} (ACME)`, "storm:acme.DO_AUTH_TOKEN"],
  ]);
  expect(
    needs(`AWS: [3, small]\ndns: {provider: route53}\ntls: {acme: {email: ops@example.com}}\n`).map(
      ([, ...keys]) => keys,
    ),
  ).toEqual([["storm:acme.AWS_ACCESS_KEY_ID", "storm:acme.AWS_SECRET_ACCESS_KEY"]]);
});

test("a token is asked for, checked, then stored; nobody sees it", async () => {
  const vault = new Memory();
  const { last, all } = await settled(token(), vault, GOOD.digitalOcean);
  expect(last).toMatchObject({ outcome: "ok", source: "digitalocean:token in Pulumi.prod.yaml, encrypted" });
  expect([...vault.values]).toEqual([["digitalocean:token", GOOD.digitalOcean]]);
  expect(all).toContain("API token of DigitalOcean (not shown; empty: leave it): ");
  expect(all).not.toContain("canary");
});

test("one that is refused is not stored", async () => {
  const vault = new Memory();
  const { last, all } = await settled(token(), vault, "canary-wrong");
  expect(last).toMatchObject({ outcome: "fail", words: "DigitalOcean refuses it: Unauthorized; nothing was stored" });
  expect(vault.values.size).toBe(0);
  expect(all).not.toContain("canary");
});

test("one that cannot be checked is stored only when the user says so", async () => {
  const away = only(storedCredentials(planOf(DROPLETS), { DIGITALOCEAN_API_URL: "http://127.0.0.1:9" }));
  const vault = new Memory();
  expect((await settled(away, vault, "canary-token", "n")).last.words).toContain("nothing was stored");
  expect(vault.values.size).toBe(0);
  expect((await settled(away, vault, "canary-token", "y")).last.outcome).toBe("warn");
  expect(vault.values.size).toBe(1);
});

test("what is there already is checked and not asked for", async () => {
  const vault = new Memory();
  vault.values.set("digitalocean:token", GOOD.digitalOcean);
  const { last, all } = await settled(token(), vault);
  expect(last.outcome).toBe("ok");
  expect(all).not.toContain("not shown");
  const fromShell = only(
    storedCredentials(planOf(DROPLETS), {
      DIGITALOCEAN_TOKEN: GOOD.digitalOcean,
      DIGITALOCEAN_API_URL: apis.origin,
    }),
  );
  expect((await settled(fromShell, new Memory())).last).toMatchObject({
    outcome: "ok",
    source: "DIGITALOCEAN_TOKEN of the environment",
  });
});

test("one that is readable in the file is a fault, whatever it opens", async () => {
  const vault = new Memory();
  vault.readable = ["digitalocean:token"];
  const found = await settle(token(), { stack: "prod", vault, show: () => undefined });
  expect(found).toMatchObject({ outcome: "fail", source: "digitalocean:token in Pulumi.prod.yaml" });
  expect(found.words).toContain("not encrypted");
});

test("where nobody can be asked it says what to run", async () => {
  const found = await settle(token(), { stack: "prod", vault: new Memory(), show: () => undefined });
  expect(found).toMatchObject({ outcome: "fail", words: "there is none; missing: digitalocean:token" });
  expect(found.next).toEqual(["npx storm config prod     # on a terminal asks for it"]);
});

test("the key of machines under Hosts comes from a file, and is a private key", async () => {
  const file = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  const hostKey = readFileSync(`${file}.pub`, "utf8").trim();
  const hosts = `Hosts: [{address: 192.0.2.10, user: admin, hostKey: "${hostKey}"}]\n`;
  const key = only(storedCredentials(planOf(hosts), {}));
  const vault = new Memory();
  expect((await settled(key, vault, `${file}.pub`)).last.words).toContain("this is the public half");
  expect((await settled(key, vault, join(folder, "none"))).last.words).toContain("can not be read; nothing was stored");
  expect(vault.values.size).toBe(0);
  expect((await settled(key, vault, file)).last).toMatchObject({ outcome: "ok", words: "a private key, ssh-ed25519" });
  expect(vault.values.get("storm:hostsKey")).toContain("BEGIN OPENSSH PRIVATE KEY");
});

test("how a value is in the config file", () => {
  const config = {
    "digitalocean:token": { secure: "v1:..." },
    "storm:acme": { DO_AUTH_TOKEN: { secure: "v1:..." }, DO_TTL: "60" },
    "storm:hostsKey": "plain",
  };
  expect(
    ["digitalocean:token", "storm:acme.DO_AUTH_TOKEN", "storm:acme.DO_TTL"].map((key) => howIn(config, key)),
  ).toEqual(["encrypted", "encrypted", "readable"]);
  expect(["storm:hostsKey", "storm:acme.OTHER", "nothing"].map((key) => howIn(config, key))).toEqual([
    "readable",
    "missing",
    "missing",
  ]);
  expect(howIn({ "storm:acme": { secure: "v1:..." } }, "storm:acme.DO_AUTH_TOKEN")).toBe("encrypted");
});
