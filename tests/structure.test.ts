import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** The shape of the code: what may import what, how long a file may be, what needs a reason. */

const ROOT = path.join(__dirname, "..");
/** Made, not written. */
const SKIPPED = new Set(["node_modules", "dist", "coverage", "__pycache__"]);

/** Every file that somebody wrote, relative to the repository. */
const FILES = files(ROOT).sort();
const CODE = FILES.filter((file) => file.endsWith(".ts"));
const PROGRAM = CODE.filter((file) => !file.startsWith("tests/") && !file.startsWith("bench/"));

function files(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const hidden = entry.name.startsWith(".") && entry.name !== ".ci";
    if (SKIPPED.has(entry.name) || hidden) return [];
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? files(full) : entry.isFile() ? [path.relative(ROOT, full)] : [];
  });
}

const texts = new Map<string, string>();
function read(file: string): string {
  const text = texts.get(file) ?? fs.readFileSync(path.join(ROOT, file), "utf8");
  texts.set(file, text);
  return text;
}

/** What a file imports: packages by name, our own files by their path from the repository's root. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(read(file), true, true);
  return importedFiles.map(({ fileName }) => {
    if (!fileName.startsWith(".")) return fileName;
    const target = path.join(path.dirname(file), fileName);
    return (
      [target, `${target}.ts`, `${target}/index.ts`, `${target}.d.ts`].find((each) => FILES.includes(each)) ?? target
    );
  });
}

const topOf = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : file);

/**
 * The layers in the order in which data flows, and what each may know besides itself. `tools` finds or builds what
 * `lab` describes, and `lab` uses its helpers: one layer in two folders, still without cycles between files.
 */
const MAY_IMPORT: Record<string, string[]> = {
  spec: [],
  plan: ["spec"],
  compose: ["spec"],
  boot: ["plan"],
  "load.ts": ["spec", "plan", "compose", "boot"],
  components: ["plan", "boot"],
  "production.ts": ["plan"],
  outputs: [],
  stacks: ["plan", "boot", "components", "load.ts", "production.ts", "outputs"],
  "index.ts": ["load.ts", "production.ts", "stacks"],
  policy: ["spec", "stacks"],
  catalog: [],
  examples: [],
  lab: ["tools", "spec"], // sizes: its clouds' machines have them
  // The guestbook is bundled before it is deployed, so that its build context is complete.
  tools: ["lab", "catalog"],
  cli: ["spec", "plan", "compose", "boot", "load.ts", "production.ts", "lab", "tools", "catalog"],
};

test("every folder has its place in the order of layers", () => {
  expect([...new Set(PROGRAM.map(topOf))].filter((top) => !MAY_IMPORT[top])).toEqual([]);
});

test("nothing imports upward", () => {
  const wrong = PROGRAM.flatMap((file) =>
    importsOf(file)
      .filter((target) => FILES.includes(target) && topOf(target) !== topOf(file))
      .filter((target) => !MAY_IMPORT[topOf(file)]?.includes(topOf(target)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("every import of our own is there", () => {
  const missing = CODE.flatMap((file) =>
    importsOf(file)
      .filter((target) => target.includes("/") && MAY_IMPORT[topOf(target)] && !FILES.includes(target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(missing).toEqual([]);
});

test("no file imports itself by way of others", () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, way: string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
    if (done.has(file) || way.includes(file)) return;
    for (const target of importsOf(file).filter((each) => CODE.includes(each) && !each.endsWith(".d.ts")))
      visit(target, [...way, file]);
    done.add(file);
  };
  // A declaration file names types only: nothing is loaded by it.
  for (const file of CODE.filter((each) => !each.endsWith(".d.ts"))) visit(file, []);
  expect(cycles).toEqual([]);
});

/** Who may know Pulumi's SDK: the program's upper half, the plugins, and what drives the engine. */
const KNOWS_PULUMI = ["components", "stacks", "outputs", "examples", "index.ts", "policy", "lab", "tools", "cli"];
/** Folders whose functions give the same answer for the same arguments, and the files there that read the disk. */
const PURE = ["spec", "plan", "compose", "boot"];
const READS_DISK = [
  "boot/boot-files.ts",
  "compose/context.ts",
  "compose/load.ts",
  "spec/read.ts",
  "spec/write-json-schema.ts",
];

test("only the upper layers know Pulumi", () => {
  const wrong = PROGRAM.filter((file) => !KNOWS_PULUMI.includes(topOf(file))).filter((file) =>
    importsOf(file).some((target) => target.startsWith("@pulumi/")),
  );
  expect(wrong).toEqual([]);
});

test("spec, plan, compose and boot start no process, ask no network, know no environment; few of them read a file", () => {
  const allowed = new Set(["node:path", "node:crypto", "node:zlib", "node:buffer", "node:util"]);
  const wrong = PROGRAM.filter((file) => PURE.includes(topOf(file))).flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith("node:") && !allowed.has(target))
      .filter((target) => !(target === "node:fs" && READS_DISK.includes(file)))
      .map((target) => `${file} imports ${target}`)
      .concat(read(file).includes("process.env") ? [`${file} reads the environment`] : []),
  );
  expect(wrong).toEqual([]);
});

test("components and stacks are told everything: no file, no environment, no process", () => {
  const backend = 'process.env["PULUMI_BACKEND_URL"]';
  const wrong = PROGRAM.filter((file) => ["components", "stacks", "index.ts"].includes(topOf(file))).filter(
    (file) =>
      importsOf(file).some((target) => ["node:fs", "node:child_process", "node:os"].includes(target)) ||
      read(file).replace(backend, "").includes("process.env"),
  );
  expect(wrong).toEqual([]);
});

test("one place makes remote commands: there the host key and silence are seen to", () => {
  const makers = PROGRAM.filter((file) => /new\s+(command\.)?remote\.Command\(/.test(read(file)));
  expect(makers).toEqual(["components/remote.ts"]);
});

/** Longer than 250 lines, and why. */
const LONG: Record<string, string> = {};

test("one idea a file, at most 250 lines", () => {
  const long = FILES.filter((file) => /\.(ts|js|mjs|py|sh)$/.test(file) || isShell(file))
    .filter((file) => read(file).split("\n").length - 1 > 250)
    .filter((file) => !LONG[file]);
  expect(long).toEqual([]);
});

test("index.ts fits a screen", () => {
  expect(read("index.ts").split("\n").length - 1).toBeLessThan(40);
});

test("no type is any", () => {
  const found = CODE.flatMap((file) => {
    if (!/\bany\b/.test(read(file))) return [];
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022);
    const lines: string[] = [];
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) {
        lines.push(`${file}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return lines;
  });
  expect(found).toEqual([]);
});

test("what silences a checker says why beside it", () => {
  const silences =
    /eslint-disable|@ts-(ignore|expect-error|nocheck)|shellcheck disable|# noqa|pylint: disable|prettier-ignore/;
  const because = /(--|#|:) +\S+ \S+/;
  const found = FILES.filter(
    (file) => (file !== "tests/structure.test.ts" && /\.(ts|js|mjs|py|sh)$/.test(file)) || isShell(file),
  ).flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) => {
        const silence = silences.exec(line);
        return silence && !because.test(line.slice(silence.index + silence[0].length)) ? [`${file}:${index + 1}`] : [];
      }),
  );
  expect(found).toEqual([]);
});

/** Whether a file without an extension of its own is a shell script. */
function isShell(file: string): boolean {
  return (
    (file.endsWith(".sh") || !path.basename(file).includes(".") || file === ".ci/run") && /^#!.*sh\b/.test(read(file))
  );
}

/** Shell scripts without `set -e`, and why. */
const CARELESS: Record<string, string> = {
  "lab/local/plugin/pulumi-resource-storm": "what fails on the way to a fresh bundle is no reason not to start",
  "lab/image/cache/healthcheck-alpine.sh": "one command",
};

test("every shell script ends at its first error and at a name that is not set", () => {
  const scripts = FILES.filter(isShell);
  expect(scripts).toEqual(
    expect.arrayContaining(["boot/scripts/storm-boot", "boot/scripts/storm-install", "boot/scripts/storm-mesh"]),
  );
  const careless = scripts.filter((file) => !/^set -eu/m.test(read(file)) && !CARELESS[file]);
  expect(careless).toEqual([]);
});

test("no package registry is named: the clients' own settings say where they are", () => {
  // Put together here, so that this file does not hold what it looks for.
  const hosts = [
    "registry npmjs org",
    "registry yarnpkg com",
    "proxy golang org",
    "sum golang org",
    "deb debian org",
    "pypi org",
  ].map((words) => words.split(" ").join("."));
  const found = FILES.filter((file) => !/\.(png|tgz|gz|zip)$/.test(file)).filter((file) =>
    hosts.some((host) => read(file).includes(host)),
  );
  expect(found).toEqual([]);
});

test("what the README and CONTRIBUTING point to is there", () => {
  const pages = FILES.filter((file) => file.endsWith(".md") && (file.startsWith("docs/") || !file.includes("/")));
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target ?? "")
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !fs.existsSync(path.join(ROOT, path.dirname(page), target)))
      .map((target) => `${page} points to ${target}`),
  );
  expect(broken).toEqual([]);
});
