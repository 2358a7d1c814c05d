/** A provider more is its own files and one entry in the size catalog: everything else follows from that. */
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

jest.setTimeout(60_000);

const ROOT = path.join(__dirname, "..", "..");
const FIXTURE = path.join(ROOT, "tests", "fixtures", "fourth-provider");
const SOURCES = [
  "boot",
  "components",
  "compose",
  "outputs",
  "plan",
  "spec",
  "stacks",
  "index.ts",
  "load.ts",
  "package.json",
  "production.ts",
];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-fourth-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const ENTRY = `
  dummy: {
    key: "Dummy",
    title: "Dummy",
    sizes: dummySizes,
    regions: new Map<string, Region>([["mars-1", { latitude: 0, longitude: 0, zones: ["a", "b"] }]]),
    defaultRegion: "mars-1",
    elastic: false,
    spot: false,
    disks: false,
    private: false,
  },
`;

beforeAll(() => {
  for (const name of SOURCES) fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  fs.copyFileSync(path.join(FIXTURE, "pools.ts.txt"), path.join(folder, "components/pools/dummy.ts"));
  fs.copyFileSync(path.join(FIXTURE, "sizes.ts.txt"), path.join(folder, "spec/sizes/dummy.ts"));
  const catalog = path.join(folder, "spec/sizes/catalog.ts");
  const text = fs.readFileSync(catalog, "utf8");
  const start = "export const catalog = {";
  expect(text).toContain(start);
  const entered = text.replace(start, start + ENTRY);
  fs.writeFileSync(catalog, `import { dummySizes } from "./dummy";\n${entered}`);
  fs.writeFileSync(
    path.join(folder, "storm.yml"),
    "Dummy: [3, small]\nHostname: storm.example.com\nnetwork: {adminCidrs: [203.0.113.7/32]}\n",
  );
});

test("its nodes are planned, priced and made, and join the same cluster", () => {
  const program = `
    const pulumi = require("@pulumi/pulumi");
    const made = [];
    const fields = { privateKeyPem: "k", publicKeyOpenssh: "k", privateKeyOpenssh: "k", stdout: JSON.stringify({ publicKey: "k" }), address: "192.0.2.1" };
    pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ type, name, inputs }) => {
      made.push(type.split(":").pop() + " " + name);
      return { id: name, state: { ...fields, ...inputs } };
    } }, "storm", "dev");
    require("tsx/cjs");
    require("./index.ts")().then(({ cost, survives }) => {
      process.on("exit", () => console.log(JSON.stringify({ made, cost, survives })));
    });
  `;
  const env = { ...process.env, PULUMI_CONFIG: JSON.stringify({ "storm:env": "dev" }) };
  const printed = execFileSync(process.execPath, ["-e", program], {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const seen = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as { made: string[] };
  expect(seen).toMatchObject({
    cost: { monthlyUsd: 15 },
    survives: expect.stringContaining("any one of its 3 managers") as string,
  });
  for (const name of ["dummy-1", "dummy-2", "dummy-3"]) {
    expect(seen.made).toEqual(expect.arrayContaining([`Machine ${name}`, `Command enroll-${name}`]));
  }
  expect(seen.made).toContain("Command swarm");
});

test("the type checker finds no place that must know of it", () => {
  const { compilerOptions } = JSON.parse(fs.readFileSync(path.join(ROOT, "tsconfig.json"), "utf8")) as {
    compilerOptions: object;
  };
  const files = ["index.ts", "components/pools/dummy.ts"];
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "--noEmit"], { cwd: folder, encoding: "utf8" });
  expect(stdout).toBe("");
});

test("its keys are in the JSON Schema", () => {
  const print = 'require("tsx/cjs"); process.stdout.write(require("./spec/json-schema.ts").stormJsonSchema())';
  const printed = execFileSync(process.execPath, ["-e", print], { cwd: folder, encoding: "utf8" });
  expect(Object.keys((JSON.parse(printed) as { properties: object }).properties)).toContain("Dummy");
});
