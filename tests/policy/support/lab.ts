/** Fixtures on the real engine, with this repository's pack as users run it: `pulumi preview --policy-pack policy`. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type EngineEvent, LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { CLOUD_PLUGINS } from "../../../lab/plugins/bundle";
import { engineDir } from "../../conformance/engine";
import type { Fixture } from "./fixture";

const ROOT = join(__dirname, "../../..");
export const PACK = join(ROOT, "policy");
/** Enough for a cold engine start on a busy machine. */
export const SUITE_TIMEOUT_MS = 180_000;

const PROVIDERS = {
  aws: { region: "eu-west-1" },
  "azure-native": { location: "westeurope" },
  digitalocean: {},
};

export interface Violation {
  policy: string;
  level: string;
  message: string;
  urn: string;
}

export interface Checked {
  violations: Violation[];
  /** Whether the engine let the preview pass. */
  passed: boolean;
  /** What the user gets to read. */
  text: string;
}

export interface CheckOptions {
  stormYml?: string;
  /** What `--policy-pack-config` names. */
  packConfig?: Record<string, unknown>;
  /** "up" goes without a preview. */
  operation?: "preview" | "up";
}

export class PolicyLab {
  private readonly folder = mkdtempSync(join(tmpdir(), "storm-policy-"));

  static async start(): Promise<PolicyLab> {
    const lab = new PolicyLab();
    mkdirSync(join(lab.folder, "state"));
    symlinkSync(join(ROOT, "node_modules"), join(lab.folder, "node_modules"));
    symlinkSync(join(__dirname, "program.js"), join(lab.folder, "program.js"));
    lab.write("package.json", "{}");
    lab.write(
      "Pulumi.yaml",
      "name: storm\nmain: program.js\nruntime: {name: nodejs, options: {typescript: false, nodeargs: --preserve-symlinks-main}}\n",
    );
    for (const [name, version] of Object.entries(CLOUD_PLUGINS)) lab.installPlugin(name, version);
    process.env["PATH"] = [await engineDir(), process.env["PATH"]].join(delimiter);
    return lab;
  }

  /** A preview (or an update) of the fixtures with the pack. */
  async check(fixtures: readonly Fixture[], options: CheckOptions = {}): Promise<Checked> {
    const { stormYml = "", packConfig = {}, operation = "preview" } = options;
    this.write("fixtures.json", JSON.stringify({ fixtures, providers: PROVIDERS }));
    this.write("storm.yml", stormYml);
    this.write("pack-config.json", JSON.stringify(packConfig));
    const stack = await this.stack();
    await stack.setConfig("storm:file", { value: join(this.folder, "storm.yml") });
    await stack.setConfig("storm:env", { value: "test" });
    const violations: Violation[] = [];
    const onEvent = ({ policyEvent: event }: EngineEvent): void => {
      if (event === undefined) return;
      const { policyName: policy, enforcementLevel: level, message, resourceUrn: urn = "" } = event;
      violations.push({ policy, level, message: message.trim(), urn });
    };
    const policyPackConfigs = [join(this.folder, "pack-config.json")];
    try {
      const how = { color: "never" as const, onEvent, policyPacks: [PACK], policyPackConfigs };
      const { stdout } = await (operation === "up" ? stack.up(how) : stack.preview(how));
      return { violations, passed: true, text: stdout };
    } catch (error) {
      return { violations, passed: false, text: error instanceof Error ? error.message : String(error) };
    }
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async stack(): Promise<Stack> {
    const workspace = await LocalWorkspace.create({
      workDir: this.folder,
      pulumiHome: join(this.folder, "home"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "policy",
        PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
    return Stack.createOrSelect("test", workspace);
  }

  private installPlugin(name: string, version: string): void {
    const launcher = `home/plugins/resource-${name}-v${version}/pulumi-resource-${name}`;
    mkdirSync(dirname(join(this.folder, launcher)), { recursive: true });
    const words = [
      "--require",
      "tsx/cjs",
      join(__dirname, "plugin.ts"),
      name,
      version,
      join(this.folder, "fixtures.json"),
    ];
    const command = [process.execPath, ...words].map((word) => `'${word}'`).join(" ");
    this.write(launcher, `#!/bin/sh\nset -eu\ncd '${ROOT}'\nexec ${command} "$@"\n`, 0o755);
  }

  private write(name: string, content: string, mode = 0o644): void {
    writeFileSync(join(this.folder, name), content, { mode });
  }
}
