/**
 * This repository's program on the real engine, in previews without a cloud: a local backend and stand-in plugins in a folder of its
 * own. STORM_PLUGIN=official takes the plugins of the normal PULUMI_HOME instead (`npm run verify:official`).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type EngineEvent, LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import type { LookingEngine } from "../../cli/engine-look";
import { runEngine } from "../../cli/engine-run";
import { forOperations } from "../../cli/workspace";
import { BUNDLE_FILE } from "../../lab/plugins/bundle";
import { installPlugins, pluginFolder } from "../../lab/plugins/install";
import { CLOUD_PLUGINS, type PluginName, PLUGINS } from "../../lab/plugins/bundle";
import { build } from "esbuild";
import { engineDir, NO_CHECKPOINTS } from "../conformance/engine";
import { NOBODY, OFFICIAL, officialProgram, pinnedImages } from "./official";
import { note, nothing, type Previewed } from "./previewed";

export type { Planned, Previewed } from "./previewed";

const ROOT = join(__dirname, "..", "..");
/** This repository's policy pack. */
export const POLICY = join(ROOT, "policy");
/** Enough for a cold engine start on a busy machine. */
export const SUITE_TIMEOUT_MS = 180_000;

export interface PreviewOptions {
  /** Name of the Pulumi stack; default "test". */
  stack?: string;
  /** Further stack config, e.g. {"storm:layers": "[base]"}. */
  config?: Record<string, string>;
  /** The same, encrypted. */
  secrets?: Record<string, string>;
  policyPacks?: string[];
  /** Files of their configuration. */
  policyPackConfigs?: string[];
  /** Is given all events. */
  observe?: (event: EngineEvent) => void;
  /** `--target` of the engine. */
  target?: string[];
  /** `--replace` of the engine. */
  replace?: string[];
  /** `--refresh` of the engine. */
  refresh?: boolean;
  /** That the stack's secrets are encrypted with; default: one for all. */
  passphrase?: string;
}

export class PreviewLab {
  readonly folder = mkdtempSync(join(tmpdir(), "storm-preview-"));
  private readonly home: string;
  /** Each command of the engine costs a fifth of a second of processor time: what a stack was opened and configured for is not asked or said again. */
  private readonly opened = new Map<string, Stack>();
  private readonly configured = new Map<string, string>();

  private constructor(private readonly official: boolean) {
    this.home = official ? (process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi")) : join(this.folder, "home");
  }

  /**
   * Makes the folder and the plugins.
   * @param official plugins of the normal PULUMI_HOME
   * @param program the entry program that goes with them
   */
  static async start(
    official = OFFICIAL,
    program: "own" | "official" = official ? "official" : "own",
  ): Promise<PreviewLab> {
    const lab = new PreviewLab(official);
    const names = ([...Object.keys(PLUGINS), ...Object.keys(CLOUD_PLUGINS)] as PluginName[]).filter((name) =>
      existsSync(join(ROOT, "lab/plugins", name)),
    );
    if (!official) await installPlugins(lab.home, names);
    mkdirSync(join(lab.folder, "state"));
    for (const name of ["node_modules", "package.json"]) symlinkSync(join(ROOT, name), join(lab.folder, name));
    if (program === "own") symlinkSync(join(ROOT, "index.js"), join(lab.folder, "index.js"));
    else {
      lab.write("index.js", officialProgram(join(ROOT, "index.js")));
      lab.write("storm.lock", [pinnedImages()]);
    }
    lab.write("Pulumi.yaml", [
      "name: storm",
      "main: index.js",
      "runtime: {name: nodejs, options: {typescript: false}}",
      "plugins:",
      `  providers: [{name: storm, path: ${JSON.stringify(join(ROOT, "lab/local/plugin"))}}]`,
    ]);
    process.env["PATH"] = [await engineDir(), process.env["PATH"]].join(delimiter);
    return lab;
  }

  /** Takes a plugin of the tests' own in place of a stand-in. */
  async replacePlugin(name: PluginName, entryPoint: string): Promise<void> {
    const outfile = join(pluginFolder(this.home, name), BUNDLE_FILE);
    const external = ["*.node", "cpu-features"];
    const entryPoints = [entryPoint];
    await build({ entryPoints, outfile, external, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
  }

  /** A file beside storm.yml. */
  write(name: string, lines: string[]): void {
    writeFileSync(join(this.folder, name), `${lines.join("\n")}\n`);
  }

  /** What `up` of this storm.yml would do. */
  preview(stormYml: string, options: PreviewOptions = {}): Promise<Previewed> {
    return this.run("preview", stormYml, options);
  }

  /** Brings the state there, for as much of it as stand-ins can make (the layers `base` and `nodes`). */
  up(stormYml: string, options: PreviewOptions = {}): Promise<Previewed> {
    return this.run("up", stormYml, options);
  }

  /** A preview, or an update, that must fail: what the user reads. */
  async failing(
    stormYml: string,
    options: PreviewOptions = {},
    operation: "preview" | "up" = "preview",
  ): Promise<Previewed & { text: string }> {
    const seen = nothing();
    try {
      await this.run(operation, stormYml, options, seen);
    } catch (error) {
      return { ...seen, text: [...seen.messages, error instanceof Error ? error.message : String(error)].join("\n") };
    }
    throw new Error(`the ${operation} was expected to fail, and did not`);
  }

  /** The stack, for what only the engine's own commands do. */
  async stack(name: string, passphrase = "preview"): Promise<Stack> {
    const workspace = await LocalWorkspace.create({
      workDir: this.folder,
      pulumiHome: this.home,
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...NO_CHECKPOINTS,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: this.official ? "false" : "true",
        SSH_AUTH_SOCK: "",
        ...(this.official ? NOBODY : {}),
      },
    });
    return Stack.createOrSelect(name, workspace);
  }

  /** The stack's engine, for who only looks at what its plugins have. */
  async looking(name: string): Promise<LookingEngine> {
    const { workspace } = await this.stack(name);
    const own = { ...process.env, ...workspace.envVars, PULUMI_HOME: this.home };
    const run: LookingEngine["run"] = (args, input, { env, signal } = {}) =>
      runEngine("pulumi", args, this.folder, { ...own, ...env }, { input, signal });
    return { name, run };
  }

  /** Removes the folder; nothing outside of it was made. */
  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The stack, for its operations alone: nobody reads its outputs and its history after them. */
  private async open(name: string, passphrase?: string): Promise<Stack> {
    const key = JSON.stringify([name, passphrase]);
    const known = this.opened.get(key);
    if (known !== undefined) return known;
    const stack = forOperations(await this.stack(name, passphrase));
    this.opened.set(key, stack);
    return stack;
  }

  private async run(
    operation: "preview" | "up",
    stormYml: string,
    options: PreviewOptions,
    seen = nothing(),
  ): Promise<Previewed> {
    const { stack: name = "test", config = {}, secrets = {}, policyPacks = [], passphrase, observe, ...more } = options;
    writeFileSync(join(this.folder, "storm.yml"), stormYml);
    const stack = await this.open(name, passphrase);
    const place = {
      "storm:file": join(this.folder, "storm.yml"),
      "storm:env": "test",
      "storm:allowLocalState": "true",
    };
    const values = { ...place, ...config };
    const wanted = JSON.stringify([values, secrets]);
    if (this.configured.get(name) !== wanted) {
      await stack.setAllConfig(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }])));
      for (const [key, value] of Object.entries(secrets)) await stack.setConfig(key, { value, secret: true });
      this.configured.set(name, wanted);
    }
    const wish = {
      color: "never" as const,
      onEvent: (event: EngineEvent) => {
        note(seen, event);
        observe?.(event);
      },
      policyPacks,
      ...more,
    };
    await (operation === "up" ? stack.up(wish) : stack.preview(wish));
    return seen;
  }
}
