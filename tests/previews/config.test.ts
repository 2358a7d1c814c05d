/** `storm config` on a terminal, with the real engine's encryption, and DigitalOcean's API stood in for on this machine. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../tools/paths";
import { type CloudApis, cloudApis, GOOD } from "../cli/cloud-apis";
import { onATerminal } from "../cli/on-a-terminal";
import { Checkout } from "./checkout";

/** Set-up of a new checkout, and some runs of the engine. */
jest.setTimeout(300_000);

const STORM_YML = [
  `Hostname: ${GOOD.zone}`,
  "DigitalOcean: [3, small]",
  "network: {adminCidrs: [203.0.113.7/32]}",
  "dns: {provider: digitalocean}",
  "tls: {acme: {email: ops@example.com}}",
];
const STATE = "Where is the state: s3://..., azblob://..., https://api.pulumi.com (empty: in this checkout)? ";

let checkout: Checkout;
let apis: CloudApis;
let env: Record<string, string>;
beforeAll(async () => {
  checkout = new Checkout();
  apis = await cloudApis();
  const own = { PATH: process.env.PATH ?? "", HOME: checkout.folder, STORM_CACHE: cacheFolder() };
  env = { ...own, DIGITALOCEAN_API_URL: apis.origin };
  writeFileSync(join(checkout.folder, "storm.yml"), `${STORM_YML.join("\n")}\n`);
});
afterAll(() => {
  apis.close();
  checkout.stop();
});

const config = (answers: [string, string][], ...args: string[]) =>
  onATerminal(["node", "cli/storm.js", "config", "dev", ...args], answers, { cwd: checkout.folder, env });
const file = () => readFileSync(join(checkout.folder, "Pulumi.dev.yaml"), "utf8");

test("what is missing is named, and nothing is asked with --check", async () => {
  const { shown, status } = await config([], "--check");
  expect(status).toBe(1);
  expect(shown).toContain("nowhere: there is none; missing: digitalocean:token\n");
  expect(shown).toContain("2 of these have to be put right");
  expect(apis.asked).toEqual([]);
});

test("asked for, checked, encrypted; neither the terminal nor the file shows it", async () => {
  const { shown, status, errors } = await config([
    [STATE, ""],
    ["API token of DigitalOcean (not shown; empty: leave it): ", GOOD.digitalOcean],
    ["DO_AUTH_TOKEN (not shown; empty: leave it): ", GOOD.digitalOcean],
  ]);
  expect({ errors, status }).toEqual({ errors: "", status: 0 });
  expect(shown).toContain("digitalocean:token in Pulumi.dev.yaml, encrypted: team Ops, account active");
  expect(shown).toContain(`storm:acme in Pulumi.dev.yaml, encrypted: reads the zone ${GOOD.zone}`);
  expect(file()).toMatch(/digitalocean:token:\n\s+secure: /);
  expect(file()).toMatch(/storm:acme:\n\s+DO_AUTH_TOKEN:\n\s+secure: /);
  for (const text of [shown, file()]) expect(text).not.toContain("canary");
  expect(apis.asked).toEqual(["GET /v2/account", `GET /v2/domains/${GOOD.zone}`]);
});

test("what is stored is opened and checked again; a token that was revoked is found out", async () => {
  expect((await config([], "--check")).status).toBe(0);
  const { status } = checkout.shell("npm run -s pulumi -- config set --secret digitalocean:token -s dev", {
    input: "canary-revoked",
    env,
  });
  expect(status).toBe(0);
  const after = await config([], "--check");
  expect(after.status).toBe(1);
  expect(after.shown).toContain("DigitalOcean refuses it: Unauthorized");
  expect(after.shown).not.toContain("canary");
});

test("elsewhere a stack is the user's to make, who says what opens its secrets", async () => {
  rmSync(join(checkout.folder, "Pulumi.dev.yaml"));
  const folder = `file://${checkout.folder}`;
  const { shown, status } = await config([
    [STATE, folder],
    ["API token of DigitalOcean (not shown; empty: leave it): ", GOOD.digitalOcean],
  ]);
  expect(status).toBe(1);
  expect(shown).toContain("error: there is no stack dev yet to encrypt it for");
  expect(shown).toContain("stack init dev --secrets-provider=...");
  expect(shown).not.toContain("canary");
});
