/** index.js and tools/bundled.js: whatever they load, what runs is what the files say now. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

jest.setTimeout(60_000);

const ROOT = path.join(__dirname, "..", "..");
let folder: string;
const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
const inputs = () => path.join(folder, ".storm", "program", "inputs.json");

const ENTRY = 'require("./index.js")()';
/** The part of index.js that chooses what to load: the whole of it loads the SDK, which takes four times as long. */
const CHOICE =
  'Promise.resolve(require("./tools/bundled.js").run("index.ts", { folder: ".storm/program", external: ["@pulumi/*"] }))';

/** Runs the copy's program: what it exports, and from which file it came. */
function run(start = CHOICE): { value: string; from: string; text: string } {
  const program = `${start}.then((m) => console.log(JSON.stringify(m)))`;
  return JSON.parse(execFileSync(process.execPath, ["-e", program], { cwd: folder, encoding: "utf8" })) as ReturnType<
    typeof run
  >;
}

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-entry-"));
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  fs.mkdirSync(path.join(folder, "tools"));
  for (const name of [
    "index.js",
    "package-lock.json",
    "tools/ask-state.js",
    "tools/bundled.js",
    "tools/end-unheard.js",
    "tools/light-promises.js",
    "tools/load-when-used.js",
  ])
    fs.copyFileSync(path.join(ROOT, name), path.join(folder, name));
  write("beside.txt", "read beside the source");
  write("value.ts", 'export const value: string = "first";');
  write(
    "index.ts",
    [
      'import * as fs from "node:fs";',
      'import * as path from "node:path";',
      'import { value } from "./value";',
      'const text = fs.readFileSync(path.join(__dirname, "beside.txt"), "utf8");',
      "const from = new Error('x').stack?.includes('bundle.js') ? 'bundle' : 'sources';",
      "module.exports = { value, text, from };",
    ].join("\n"),
  );
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test("the first run is from the sources, the next from the bundle, with the same result", () => {
  expect(run(ENTRY)).toEqual({ value: "first", text: "read beside the source", from: "sources" });
  expect(run(ENTRY)).toEqual({ value: "first", text: "read beside the source", from: "bundle" });
  expect(run(CHOICE)).toMatchObject({ from: "bundle" }); // the other tests' way does as index.js
});

test("an edited file runs at once, even with the time it had before", () => {
  run();
  const before = fs.statSync(path.join(folder, "value.ts"));
  write("value.ts", 'export const value: string = "second";');
  fs.utimesSync(path.join(folder, "value.ts"), before.atime, before.mtime);
  expect(run()).toMatchObject({ value: "second", from: "sources" });
  expect(run()).toMatchObject({ value: "second", from: "bundle" });
});

test("a source that came is found, where sources are found by name", () => {
  fs.mkdirSync(path.join(folder, "parts"));
  write("parts/one.ts", 'export const value = "one";');
  const named = "const found = (name: string): unknown => require(`./parts/${name}`);";
  const list = 'import * as fs from "node:fs";\nimport * as path from "node:path";';
  const names = 'fs.readdirSync(path.join(__dirname, "parts")).map((name) => name)';
  write("index.ts", `${list}\n${named}\nmodule.exports = { value: ${names}.map(found) };`);
  run();
  expect(run()).toEqual({ value: [{ value: "one" }] });
  write("parts/two.ts", 'export const value = "two";');
  for (let times = 0; times < 2; times++) expect(run()).toEqual({ value: [{ value: "one" }, { value: "two" }] });
});

test.each([
  ["a bundle that was tampered with", () => fs.appendFileSync(path.join(folder, ".storm/program/bundle.js"), "\n//")],
  ["a list that was cut short", () => fs.truncateSync(inputs(), 20)],
  ["no list", () => fs.rmSync(inputs())],
  ["another way of making it", () => fs.appendFileSync(path.join(folder, "tools/bundled.js"), "\n// changed\n")],
])("%s is not believed", (_, change) => {
  run();
  change();
  expect(run()).toMatchObject({ value: "first", from: "sources" });
});

test("the code cache serves the content that it was made of; a broken one is not believed", () => {
  const caches = () => fs.readdirSync(path.dirname(inputs())).filter((name) => name.endsWith(".cache"));
  const patiently = `${CHOICE}.then(() => setTimeout(() => undefined, 500));`;
  const wait = () => execFileSync(process.execPath, ["-e", patiently], { cwd: folder });
  run();
  wait();
  const [first = ""] = caches();
  expect(run()).toMatchObject({ value: "first", from: "bundle" });
  write("value.ts", 'export const value: string = "other";');
  run();
  expect(run()).toMatchObject({ value: "other", from: "bundle" });
  wait();
  const [second = ""] = caches();
  expect(caches()).toEqual([expect.not.stringContaining(first)]);
  fs.truncateSync(path.join(path.dirname(inputs()), second), 100);
  expect(run()).toMatchObject({ value: "other", from: "bundle" });
});

test("a checkout that moved makes its bundle anew", () => {
  run();
  const moved = `${folder}-moved`;
  fs.renameSync(folder, moved);
  folder = moved;
  expect(run()).toMatchObject({ text: "read beside the source", from: "sources" });
});

test("an error names its place in the sources, bundled or not", () => {
  write(
    "index.ts",
    ['import { value } from "./value";', "", "module.exports = {", "  get value() {"].join("\n") + "\n",
  );
  fs.appendFileSync(path.join(folder, "index.ts"), "    throw new Error(`told ${value}`);\n  },\n};\n");
  // The engine's part of the process has this before the program.
  const program =
    'require("source-map-support/register"); require("./index.js")().then((m) => m.value).catch((e) => console.log(e.stack));';
  const stack = () => execFileSync(process.execPath, ["-e", program], { cwd: folder, encoding: "utf8" });
  // Compiled on the fly, the file alone is right: tsx and the SDK's source maps do not know of each other.
  expect(stack()).toMatch(/^Error: told first\n[^]*index\.ts:/);
  expect(fs.existsSync(inputs())).toBe(true);
  expect(stack()).toMatch(/^Error: told first\n[^]*index\.ts:5:/);
});

test("it ends when nobody reads it any more, as of an engine that was killed", async () => {
  // The SDK reports what nobody caught on standard error, also that this is closed.
  const sdk =
    'process.on("uncaughtException", (error) => console.error(error)); setInterval(() => console.error("said"), 50);';
  const program = spawn(process.execPath, ["-e", `${sdk} require("./index.js")`], { cwd: folder });
  program.stdout.destroy();
  program.stderr.destroy();
  expect(await once(program, "exit")).toEqual([1, null]);
});

test("where no bundle can be made the sources go on being run", () => {
  write(".storm", "no folder");
  expect(run()).toMatchObject({ from: "sources" });
  expect(run()).toMatchObject({ from: "sources" });
});
