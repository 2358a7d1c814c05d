import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { load as parse } from "js-yaml";
import { buildGuestbook } from "../../catalog/guestbook/build";
import { loadAll } from "../../load";
import type { Plan } from "../../plan/types";
import { checkProduction } from "../../production";

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "storm-production-"));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeAll(() => fs.writeFileSync(path.join(directory, "Pulumi.salty.yaml"), "encryptionsalt: v1:abc\nconfig: {}\n"));

const plan = (production: boolean) => ({ production }) as Plan; // the only field that is read
const place = { directory, stack: "prod", backend: "s3://state", allowed: false };

test("state in a bucket with a key of a cloud is fine", () => {
  expect(() => checkProduction(plan(true), place)).not.toThrow();
});

test.each([
  [
    "a folder",
    { backend: "file:///somewhere" },
    /^production: true is not deployed: its state is in a folder of one machine; set PULUMI_BACKEND_URL/,
  ],
  ["this checkout's own folder", { backend: undefined }, /its state is in a folder/],
  [
    "a passphrase",
    { stack: "salty" },
    /^production: true is not deployed: a passphrase opens its secrets; run pulumi stack change-secrets-provider/,
  ],
  ["both", { stack: "salty", backend: undefined }, /of one machine.*, and a passphrase/],
])("%s is refused, with what to do", (_, change, message) => {
  expect(() => checkProduction(plan(true), { ...place, ...change })).toThrow(message);
});

test("what is not production may be anywhere, and production too where that was asked for", () => {
  expect(() => checkProduction(plan(false), { ...place, backend: undefined })).not.toThrow();
  expect(() => checkProduction(plan(true), { ...place, backend: undefined, allowed: true })).not.toThrow();
});

test("Pulumi.prod.yaml is a cluster that can be planned, over this repository's storm.yml", async () => {
  await buildGuestbook();
  const root = path.join(__dirname, "..", "..");
  const { config } = parse(fs.readFileSync(path.join(root, "Pulumi.prod.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const { plan: planned } = loadAll({
    directory: root,
    file: "storm.yml",
    env: String(config["storm:env"]),
    spec: config["storm:spec"],
    ipvs: true,
    offline: false,
    buildDirectory: path.join(directory, "builds"),
  });
  expect(planned.production).toBe(true);
  expect(planned.pools.map(({ key, role }) => `${key} ${role}`)).toEqual([
    "aws-eu-west-1/managers manager",
    "aws-eu-west-1/store data",
    "aws-eu-west-1/web worker",
  ]);
  expect(planned.survives).toContain("any one zone");
});
