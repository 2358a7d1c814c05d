import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contextFiles, hashBuild, packContext, writeContext } from "../../compose/context";
import { parseIgnore } from "../../compose/ignore";
import { loadStack } from "../../compose/load";
import { DEFAULTS, inWords } from "./support";

let root: string;
const build = { service: "web", context: ".", dockerfile: "Dockerfile", args: {} };

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "storm-context-"));
  write("Dockerfile", "FROM x\n");
});
afterEach(() => fs.rmSync(root, { recursive: true }));

function write(name: string, text: string, mode = 0o644): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), text, { mode });
}

test.each([
  ["*.log", ["a.log"], ["b/a.log", "a.logs"]],
  ["**/*.log", ["a.log", "b/a.log", "b/c/a.log"], ["a.txt"]],
  ["node_modules", ["node_modules", "node_modules/x"], ["a/node_modules", "node_modules2"]],
  ["/a/./b/../c", ["a/c", "a/c/d"], ["a/b"]],
  ["a?c\n[0-9]*", ["abc", "1x"], ["ac", "x1"]],
  ["*\n!keep\nkeep/not", ["x", "keep/not"], ["keep", "keep/this"]],
  ["# a\n \n!\na.b", ["a.b"], ["a", "axb"]],
])("ignore rules %j", (text, ignored, kept) => {
  const ignore = parseIgnore(text);
  expect([...ignored, ...kept].filter((name) => ignore.ignores(name))).toEqual(ignored);
});

test("the context has what .dockerignore leaves, in a fixed order", () => {
  for (const name of [
    "src/b.ts",
    "src/a.ts",
    "node_modules/x/index.js",
    "dist/out.js",
    "dist/out.map",
    "empty/.keep",
    "Z",
    "a",
  ])
    write(name, name);
  fs.rmSync(path.join(root, "empty/.keep"));
  fs.symlinkSync("Z", path.join(root, "link"));
  write(".dockerignore", "node_modules\ndist\n!dist/out.js\nDockerfile\n");
  expect(contextFiles(root, build).map((file) => file.name)).toEqual([
    ...[".dockerignore", "Dockerfile", "Z", "a", "dist/out.js", "empty", "link", "src/a.ts", "src/b.ts"],
  ]);
});

test("the archive is the same for the same files, whatever their time and owner, and tar reads it", () => {
  const long = `${"d".repeat(80)}/${"é".repeat(60)}.txt`;
  write(long, "long");
  write("run.sh", "#!/bin/sh\n", 0o755);
  fs.symlinkSync("run.sh", path.join(root, "link"));
  const first = packContext(root, build);
  fs.utimesSync(path.join(root, "run.sh"), 1, 1);
  expect(packContext(root, build).equals(first)).toBe(true);
  const archive = path.join(root, "..", `${path.basename(root)}.tar.gz`);
  writeContext(root, build, archive);
  const listed = spawnSync("tar", ["tzf", archive, "--quoting-style=literal"], { encoding: "utf8" });
  const content = spawnSync("tar", ["xzOf", archive, long], { encoding: "utf8" });
  fs.rmSync(archive);
  expect(listed.stdout.split("\n").filter(Boolean).sort()).toEqual(["Dockerfile", long, "link", "run.sh"].sort());
  expect(content.stdout).toBe("long");
});

test("the hash changes with whatever makes the image, and with nothing else", () => {
  write("a", "1");
  write(".dockerignore", "b\n");
  const hash = hashBuild(root, build);
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  write("b", "ignored");
  expect(hashBuild(root, build)).toBe(hash);
  expect(hashBuild(root, { ...build, service: "other" })).toBe(hash);
  const others = [hashBuild(root, { ...build, args: { A: "1" } }), hashBuild(root, { ...build, target: "t" })];
  fs.chmodSync(path.join(root, "a"), 0o755);
  others.push(hashBuild(root, build));
  write("a", "2");
  others.push(hashBuild(root, build));
  expect(new Set([hash, ...others]).size).toBe(5);
});

test("what cannot be sent says why", () => {
  expect(() => contextFiles(root, { ...build, context: "none" })).toThrow('there is no folder "none" to build from');
  expect(() => contextFiles(root, { ...build, dockerfile: "Prod" })).toThrow('there is no "Prod" in the context "."');
  expect(() => contextFiles(root, { ...build, dockerfile: "../Dockerfile" })).toThrow("must be inside the context");
  fs.truncateSync(path.join(root, "Dockerfile"), 101 * 1024 * 1024);
  expect(() => contextFiles(root, build)).toThrow("more than 100 MiB");
});

describe("loadStack", () => {
  const { stackName, domain, capabilities, registry, overlayMtu, volumeNode, edgeNetwork, origin } = DEFAULTS;
  const input = { stackName, domain, capabilities, registry, overlayMtu, volumeNode, edgeNetwork, origin };

  test("finds the file with its ending left out, reads .env and files beside it", () => {
    write(
      "app/docker-compose.yml",
      "services: {web: {build: ., environment: {V: '${V}'}, configs: [c]}}\nconfigs: {c: {file: c.txt}}",
    );
    write("app/Dockerfile", "FROM x");
    write("app/.env", "V=1\n");
    write("app/c.txt", "content");
    const result = loadStack(root, "app/docker-compose", input);
    expect(result.errors).toEqual([]);
    expect(result.projectDirectory).toBe(path.join(root, "app"));
    expect(result.configs[0]?.content).toBe("content");
    expect(result.builds[0]?.image).toMatch(/^registry\.service\.consul:5000\/shop\/web:[0-9a-f]{12}$/);
    expect(JSON.stringify(result.stack)).toContain('"V":"1"');
    expect(loadStack(root, "app", input).stack).toEqual(result.stack);
  });

  test("says what is missing with storm.yml's place, and what is wrong in .env with its line", () => {
    expect(inWords(loadStack(root, "none", input)).errors).toEqual([
      `storm.yml:3:3 compose/shop/file: there is no none, none.yml or none.yaml in ${root}`,
    ]);
    write("docker-compose.yml", "services: {web: {image: x}}");
    write(".env", "A=1\nwhat is this");
    expect(inWords(loadStack(root, "docker-compose.yml", input)).errors).toEqual([".env:2:1: is no NAME=value"]);
  });
});
