/**
 * The engine that conformance tests run on, and a stack per suite: real engine, local file backend, a folder of its own.
 * STORM_PLUGIN=official takes the plugins of the normal PULUMI_HOME instead of the stand-ins.
 */
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isSecret, type Output, output } from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, type OutputMap, type Stack } from "@pulumi/pulumi/automation";
import { installPlugins } from "../../lab/plugins/install";
import type { PluginName } from "../../lab/plugins/bundle";

/** Enough for a cold engine start on a busy machine. */
export const SUITE_TIMEOUT_MS = 120_000;

/** For engines of which nobody kills one in the middle of its work: to keep the state after each step is half of an update's processor time. */
export const NO_CHECKPOINTS = { PULUMI_SKIP_CHECKPOINTS: "true" };

/** Folder of the `pulumi` binary: STORM_ENGINE_DIR, or where PATH finds it. */
export async function engineDir(): Promise<string> {
  const candidates = [process.env["STORM_ENGINE_DIR"], ...(process.env["PATH"] ?? "").split(delimiter)];
  for (const dir of candidates) {
    if (
      dir &&
      (await access(join(dir, "pulumi")).then(
        () => true,
        () => false,
      ))
    ) {
      return dir;
    }
  }
  throw new Error("no Pulumi engine: put `pulumi` on PATH or set STORM_ENGINE_DIR to its folder");
}

/** The program of one step, and what it leaves behind. */
export type Program = () => Promise<Record<string, unknown> | void>;
export interface Applied {
  readonly outputs: OutputMap;
  /** Operations by kind, as in the engine's summary: create, update, replace, same, ... */
  readonly changes: Record<string, number>;
  /** Everything that the engine printed. */
  readonly log: string;
}

const PROJECT = "conformance";
const STACK = "test";

/** One stack that a suite takes through a series of programs. */
export class Lab {
  private program: Program = () => Promise.resolve();
  private outputs: OutputMap = {};

  private constructor(
    readonly dir: string,
    private readonly stack: Stack,
  ) {
    // Two more runs of the engine per update, for what the program itself and the events tell already.
    stack.outputs = () => Promise.resolve({});
    stack.info = () => Promise.resolve(undefined);
  }

  /** Makes the folder, the plugin and an empty stack; `official` is what STORM_PLUGIN asks for. */
  static async start(plugin: PluginName, official = process.env["STORM_PLUGIN"] === "official"): Promise<Lab> {
    const dir = await mkdtemp(join(tmpdir(), "storm-conformance-"));
    const home = official ? (process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi")) : join(dir, "home");
    if (!official) {
      await installPlugins(home, [plugin]);
    }
    // The Automation API looks `pulumi` up on the PATH of this process.
    process.env["PATH"] = [await engineDir(), process.env["PATH"]].join(delimiter);
    const holder: { lab?: Lab } = {};
    const stack = await LocalWorkspace.createStack(
      { stackName: STACK, projectName: PROJECT, program: () => holder.lab?.run() ?? Promise.resolve() },
      {
        workDir: dir,
        pulumiHome: home,
        projectSettings: { name: PROJECT, runtime: "nodejs", backend: { url: `file://${dir}` } },
        envVars: {
          PULUMI_CONFIG_PASSPHRASE: "conformance",
          PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: official ? "false" : "true",
        },
      },
    );
    return (holder.lab = new Lab(dir, stack));
  }

  /** Brings the stack to the state that `program` describes. */
  async up(program: Program, signal?: AbortSignal): Promise<Applied> {
    this.program = program;
    this.outputs = {};
    const log: string[] = [];
    const changes: Record<string, number> = {};
    const onEvent = ({ summaryEvent }: EngineEvent): void => {
      Object.assign(changes, summaryEvent?.resourceChanges);
    };
    await this.stack.up({ onOutput: (line) => log.push(line), onEvent, color: "never", signal });
    return { outputs: this.outputs, changes, log: log.join("") };
  }

  /** As `up`, for a program that must fail; returns what the user gets to read. */
  async failingUp(program: Program): Promise<string> {
    try {
      await this.up(program);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new Error("the update was expected to fail, and did not");
  }

  /** What `up` would do. */
  async preview(program: Program): Promise<{ changes: Record<string, number>; log: string }> {
    this.program = program;
    const { changeSummary, stdout } = await this.stack.preview({ color: "never" });
    return { changes: { ...changeSummary }, log: stdout };
  }

  /** Reads every resource again. */
  async refresh(): Promise<void> {
    await this.stack.refresh({ color: "never" });
  }

  /** Deletes all resources of the stack. */
  async destroy(): Promise<string> {
    const { stdout } = await this.stack.destroy({ color: "never" });
    return stdout;
  }

  /** The state file as it lies in the backend. */
  state(): Promise<string> {
    return readFile(join(this.dir, ".pulumi", "stacks", PROJECT, `${STACK}.json`), "utf8");
  }

  /** Removes what is left of the stack and its folder. */
  async stop(): Promise<void> {
    await this.stack.destroy({ color: "never" }).catch(() => undefined);
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Runs the step's program and notes what its outputs become. */
  private async run(): Promise<Record<string, unknown>> {
    const results = (await this.program()) ?? {};
    for (const [name, result] of Object.entries(results)) {
      const promised: Output<unknown> = output(result);
      const secrecy = isSecret(promised);
      promised.apply(async (value: unknown) => {
        this.outputs[name] = { value, secret: await secrecy };
      });
    }
    return results;
  }
}
