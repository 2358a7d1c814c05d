/** A checkout of its own in a folder that is gone afterwards, with its commands as users run them. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { BUNDLE_FILE, type PluginName } from "../../lab/plugins/bundle";
import { installPlugins, pluginFolder } from "../../lab/plugins/install";
import { cacheFolder } from "../../tools/paths";
import { NO_CHECKPOINTS } from "../conformance/engine";

const ROOT = join(__dirname, "..", "..");
/** Made by set-up, or of no use there. */
const LEFT_OUT = ["node_modules", ".git", ".storm", "tests", "bench", "coverage", "dist"];

export interface Ran {
  stdout: string;
  stderr: string;
  status: number | null;
}

export class Checkout {
  /** What set-up need not make again. */
  readonly cache = cacheFolder();
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "storm-checkout-")));

  constructor() {
    const kept = readdirSync(ROOT).filter(
      (name) => !LEFT_OUT.includes(name) && !/^Pulumi\.(?!prod\.)\w+\.yaml$/.test(name),
    );
    for (const name of kept)
      cpSync(join(ROOT, name), join(this.folder, name), {
        recursive: true,
        filter: (path) => !path.endsWith("/dist"),
      });
    symlinkSync(join(ROOT, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Puts stand-ins of clouds where this checkout's engine finds its plugins. */
  installStandIns(names: readonly PluginName[]): Promise<void> {
    return installPlugins(join(this.folder, ".storm", "pulumi-home"), names);
  }

  /** Puts a plugin that is built of a file of this folder in the place of an installed one. */
  async replacePlugin(name: PluginName, file: string): Promise<void> {
    const outfile = join(pluginFolder(join(this.folder, ".storm", "pulumi-home"), name), BUNDLE_FILE);
    const external = ["*.node", "cpu-features"];
    const entryPoints = [join(__dirname, file)];
    await build({ entryPoints, outfile, external, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
  }

  /** A line of a shell, with `npm` and `npx` as in the user's own checkout. */
  shell(line: string, { env = {}, input = "" }: { env?: Record<string, string>; input?: string } = {}): Ran {
    const { PATH } = process.env;
    const { stdout, stderr, status } = spawnSync("sh", ["-c", line], {
      cwd: this.folder,
      encoding: "utf8",
      input,
      env: { PATH, HOME: this.folder, STORM_CACHE: this.cache, ...NO_CHECKPOINTS, ...env },
    });
    return { stdout, stderr, status };
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
