/** A Pulumi project in a folder of its own, run by the real engine with our plugin, and a tiny image. */
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { engineDir } from "../conformance/engine";
import { dockerSocket } from "../../lab/local/docker";

const repository = resolve(__dirname, "../..");

/** First executable of this name on PATH. */
function onPath(name: string): string | undefined {
  try {
    return execFileSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** One step of `pulumi up --json`-like output: how many resources saw which operation. */
export type Summary = Record<string, number>;

export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "storm-local-"));
  private readonly env: NodeJS.ProcessEnv;

  constructor() {
    const home = join(this.folder, "home");
    mkdirSync(join(this.folder, "state"));
    this.env = {
      PATH: [repository + "/node_modules/.bin", process.env.PATH].join(delimiter),
      HOME: this.folder,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
      // The language host lies beside the engine, where the engine looks with ambient plugins ignored too.
      ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
    };
    symlinkSync(join(repository, "node_modules"), join(this.folder, "node_modules"));
    const plugin = join(repository, "lab/local/plugin");
    this.write("Pulumi.yaml", [
      "name: local-test",
      "runtime: {name: nodejs, options: {typescript: false}}",
      "main: index.js",
      "plugins:",
      `  providers: [{name: storm, path: ${JSON.stringify(plugin)}}]`,
    ]);
    this.write("package.json", ['{"name": "local-test", "main": "index.js"}']);
    const program = JSON.stringify(join(repository, "tests/local/program.ts"));
    const endUnheard = JSON.stringify(join(repository, "tools/end-unheard"));
    this.write("index.js", [
      `require(${endUnheard}).endUnheard();`,
      'require("tsx/cjs");',
      `module.exports = require(${program});`,
    ]);
  }

  write(file: string, lines: string[]): void {
    writeFileSync(join(this.folder, file), lines.join("\n") + "\n");
  }

  /** Runs the engine; gives what it printed. */
  async pulumi(...args: string[]): Promise<string> {
    const engine = join(await engineDir(), "pulumi");
    return new Promise((done, fail) => {
      const all = [...args, "--non-interactive"];
      execFile(engine, all, { cwd: this.folder, env: this.env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        if (error) fail(new Error(`pulumi ${args.join(" ")}: ${stdout}${stderr}`));
        else done(stdout + stderr);
      });
    });
  }

  /** `pulumi up` with these inputs; gives how many resources saw which operation. */
  async up(inputs: object, ...args: string[]): Promise<Summary> {
    this.write("inputs.json", [JSON.stringify(inputs)]);
    return summary(await this.pulumi("up", "--yes", "--skip-preview", "--color=never", ...args));
  }

  async outputs<T>(): Promise<T> {
    return JSON.parse(await this.pulumi("stack", "output", "--json")) as T;
  }

  /** The state file, as it lies on disk. */
  state(): string {
    return readFileSync(join(this.folder, "state/.pulumi/stacks/local-test/test.json"), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Counts of the engine's "Resources:" section, e.g. {created: 3, unchanged: 1}. */
function summary(text: string): Summary {
  const section = /Resources:\n((?: {4}.*\n)+)/.exec(text)?.[1] ?? "";
  const rows = section.matchAll(/^ {4}\D*(\d+) (\w+)/gm);
  return Object.fromEntries([...rows].map((row) => [row[2], Number(row[1])]));
}

const INIT = `#!/bin/sh
# Stands for systemd and for any service: ends on a halt signal, shows its file on SIGHUP.
show() { [ ! -r /etc/storm/file ] || while read -r line; do echo "file: $line"; done </etc/storm/file; }
trap 'exit 0' TERM 37
trap show HUP
show
while :; do sleep 0.1; done
`;

/** An archive of a root file system with this machine's own shell and INIT: no image needs to be fetched for a test. */
export function tinyRoot(folder: string): Buffer {
  const root = join(folder, "root");
  for (const part of ["bin", "sbin", "etc/storm", "proc", "sys", "dev"])
    mkdirSync(join(root, part), { recursive: true });
  for (const [tool, target] of [
    ["sh", "bin/sh"],
    ["sleep", "bin/sleep"],
  ] as const) {
    const binary = onPath(tool) ?? "";
    execFileSync("cp", ["-L", binary, join(root, target)]);
    const libraries = execFileSync("ldd", [binary], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
    for (const library of libraries) {
      mkdirSync(join(root, dirname(library)), { recursive: true });
      execFileSync("cp", ["-L", library, join(root, library)]);
    }
  }
  writeFileSync(join(root, "sbin/init"), INIT);
  chmodSync(join(root, "sbin/init"), 0o755);
  return execFileSync("tar", ["-C", root, "-c", "."], { maxBuffer: 2 ** 27 });
}

/** Makes an image that runs INIT. */
export function importImage(image: string, archive: Buffer): Promise<void> {
  const [repo = "", tag = ""] = image.split(":");
  const query = new URLSearchParams({ fromSrc: "-", repo, tag, changes: 'CMD ["/sbin/init"]' });
  return new Promise((done, fail) => {
    const call = request(
      { socketPath: dockerSocket(process.env.DOCKER_HOST), method: "POST", path: `/images/create?${query.toString()}` },
      (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === 200 ? done() : fail(new Error(`import: ${response.statusCode}`)),
        );
      },
    );
    call.on("error", fail);
    call.end(archive);
  });
}
