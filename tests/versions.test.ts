/** The papers' versions are those of the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IMAGES } from "../boot/system-stacks";
import { suite } from "../lab/image/apt";
import { recipes } from "../lab/binaries/recipes";
import { dependencies, devDependencies, engines, license, version } from "../package.json";

const read = (...path: string[]) => readFileSync(join(__dirname, "..", ...path), "utf8");
const tagOf = (image: string) => image.slice(image.indexOf(":") + 1);
/** The first group of a pattern in a file. */
function found(pattern: RegExp, ...path: string[]): string {
  const [, value] = pattern.exec(read(...path)) ?? [];
  if (value === undefined) throw new Error(`${path.join("/")} has nothing like ${String(pattern)}`);
  return value;
}

/** The rows of a table below a heading of docs/versions.md, as [first column, second, third, ...]. */
function rows(heading: string): string[][] {
  const [, section = ""] = read("docs", "versions.md").split(`\n## ${heading}\n`);
  const lines = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(1).map((line) => line.slice(2, -2).split(" | "));
}
const versions = (heading: string) => rows(heading).map(([name, value]) => [name, value]);

const CODENAMES: Record<string, string> = { bookworm: "12" };

test("what a cluster runs", () => {
  expect(versions("In a cluster")).toEqual([
    ["Consul", recipes.consul.version],
    ["Traefik", tagOf(IMAGES.ingress)],
    ["registry", tagOf(IMAGES.registry)],
    ["Node.js", tagOf(IMAGES.page)],
    ["FerretDB", recipes.ferretdb.version],
    ["Ubuntu", found(/ubuntu-noble-([\d.]+)/, "components", "aws", "image.ts")],
    ["Debian", CODENAMES[suite]],
  ]);
});

test("what each way brings is the same version", () => {
  expect(found(/^consul_version=(.+)$/m, "boot", "scripts", "storm-install")).toBe(recipes.consul.version);
  expect(tagOf(IMAGES.ingress)).toBe(`v${recipes.traefik.version}`);
  expect(found(/ferretdb\/ferretdb:(\S+)/, "catalog", "guestbook", "docker-compose.yml")).toBe(
    recipes.ferretdb.version,
  );
  expect(found(/"(ubuntu-24_04)-lts"/, "components", "azure", "machine.ts")).toBe("ubuntu-24_04");
  expect(found(/"(ubuntu-24-04)-x64"/, "components", "digitalocean", "image.ts")).toBe("ubuntu-24-04");
  expect(dependencies["@pulumi/pulumi"]).toBe(recipes.pulumi.version);
});

test("what deploys it", () => {
  expect(versions("On the machine that deploys")).toEqual([
    ["Pulumi engine", recipes.pulumi.version],
    ["Pulumi's host for Node.js", recipes.languageHost.version],
    ["Node.js", engines.node],
    ["Pebble", recipes.pebble.version],
  ]);
});

test("Node packages", () => {
  expect(versions("Node packages")).toEqual([...Object.entries(dependencies), ...Object.entries(devDependencies)]);
});

test("their licenses are of the kinds that NOTICE names", () => {
  const kinds = new Set(rows("Node packages").flatMap(([, , kind = ""]) => kind.split(" AND ")));
  expect([...kinds].sort()).toEqual(["Apache-2.0", "BSD-3-Clause", "ISC", "MIT"]);
});

test("the newest version of CHANGELOG is package.json's, and the license is what it says", () => {
  expect(found(/^## (\d\S+) - \d{4}-\d{2}-\d{2}$/m, "CHANGELOG.md")).toBe(version);
  expect(license).toBe("Apache-2.0");
  expect(read("LICENSE")).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
});

test("README says what it has to in at most 200 lines", () => {
  expect(read("README.md").split("\n").length).toBeLessThanOrEqual(201);
});
