import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ROOT = path.join(__dirname, "..", "..", "..");
const FIXTURE = path.join(ROOT, "tests", "fixtures", "fourth-provider");
const SOURCES = [
  "boot",
  "catalog",
  "cli",
  "components",
  "compose",
  "lab",
  "outputs",
  "plan",
  "policy",
  "spec",
  "stacks",
  "tools",
  "index.ts",
  "load.ts",
  "package.json",
  "production.ts",
];

/** All that the provider brings, and where that goes. */
export const OWN = {
  "pools.ts.txt": "components/pools/dummy.ts",
  "sizes.ts.txt": "spec/sizes/dummy.ts",
  "policy.ts.txt": "policy/providers/dummy.ts",
  "images.ts.txt": "cli/images/dummy.ts",
};

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

/** A copy of the program that has this provider too, gone after the tests. */
export function withFourthProvider(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-fourth-"));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const name of SOURCES) fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  for (const [from, to] of Object.entries(OWN)) fs.copyFileSync(path.join(FIXTURE, from), path.join(folder, to));
  const catalog = path.join(folder, "spec/sizes/catalog.ts");
  const text = fs.readFileSync(catalog, "utf8");
  const start = "export const catalog = {";
  if (!text.includes(start)) throw new Error(`${catalog} has no "${start}"`);
  const entered = text.replace(start, start + ENTRY);
  fs.writeFileSync(catalog, `import { dummySizes } from "./dummy";\n${entered}`);
  fs.writeFileSync(
    path.join(folder, "storm.yml"),
    "Dummy: [3, small]\nHostname: storm.example.com\nnetwork: {adminCidrs: [203.0.113.7/32]}\n",
  );
  return folder;
}
