/** Each cloud's SDK is tens of megabytes: a program loads those that its storm.yml names, and no other. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

jest.setTimeout(60_000);

const ROOT = path.join(__dirname, "..", "..");
const MACHINE = { nodeImage: "node:1", cacheImage: "cache:1", ipvs: false };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-sdks-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Packages of Pulumi's that the whole program has loaded when it has run, under mocks, in a process of its own. */
function loadedBy(stormYml: string): string[] {
  const file = path.join(folder, "storm.yml");
  fs.writeFileSync(file, stormYml);
  const config = { "storm:file": file, "storm:env": "test", "storm:local": JSON.stringify(MACHINE) };
  const program = `
    const pulumi = require("@pulumi/pulumi");
    const fields = { privateKeyPem: "k", stdout: JSON.stringify({ publicKey: "k" }), ports: {} };
    pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: { ...fields, ...inputs } }) }, "storm", "test", true, "organization");
    require("tsx/cjs");
    require(${JSON.stringify(path.join(ROOT, "index.ts"))})({ answer: Promise.resolve({}) }).then(() => {
      const names = Object.keys(require.cache).map((file) => /node_modules\\/(@pulumi\\/[^/]+)/.exec(file)?.[1]);
      console.log(JSON.stringify([...new Set(names.filter(Boolean))].sort()));
    });
  `;
  const env = { ...process.env, PULUMI_CONFIG: JSON.stringify(config) };
  const printed = execFileSync(process.execPath, ["-e", program], { cwd: ROOT, env, encoding: "utf8" });
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as string[];
}

const ALWAYS = ["@pulumi/command", "@pulumi/pulumi", "@pulumi/tls"];

test("nodes on this machine need no cloud", () => {
  expect(loadedBy("Local: [3, small]\n")).toEqual(ALWAYS);
});
