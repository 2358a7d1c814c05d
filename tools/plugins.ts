import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { installPlugins } from "../lab/plugins/install";
import { run } from "./command";
import type { Engine } from "./engine";
import { UserError, messageOf } from "./errors";
import { checkout, storm } from "./paths";
import { pulumiEnvironment } from "./pulumi-env";
import type { SetupMode } from "./setup-mode";
import type { Say } from "./steps";

/** Which plugins the engine finds: the publisher's, or the lab's stand-ins. */
export type PluginOrigin = "official" | "stand-in";

/** Names and versions of the packages that the program uses, as package.json pins them. */
export function pluginVersions(): Record<string, string> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- read at run time, from the checkout that runs
  const { dependencies } = require(join(checkout, "package.json")) as { dependencies: Record<string, string> };
  const wanted = ["command", "tls"];
  return Object.fromEntries(wanted.map((name) => [name, dependencies[`@pulumi/${name}`] ?? ""]));
}

/** What is installed, if it is complete. */
export function installedPlugins(): PluginOrigin | undefined {
  const folders = Object.entries(pluginVersions()).map(([name, version]) => pluginFolder(name, version));
  // The engine leaves NAME.partial beside a plugin whose download did not end.
  if (!folders.every((folder) => existsSync(folder) && !existsSync(`${folder}.partial`))) return undefined;
  return folders.some(isStandIn) ? "stand-in" : "official";
}

/** How plugins are found and got; tests give their own. */
export interface PluginWays {
  installed: () => PluginOrigin | undefined;
  official: (engine: Engine, say: Say) => Promise<void>;
  standIns: () => Promise<void>;
}

const ways: PluginWays = {
  installed: installedPlugins,
  official: installOfficial,
  standIns: () => installPlugins(storm.pulumiHome),
};

/** Gets the plugins: from Pulumi when it can be reached, else the stand-ins. */
export async function ensurePlugins(
  mode: SetupMode,
  engine: Engine,
  say: Say,
  by: PluginWays = ways,
): Promise<PluginOrigin> {
  const installed = by.installed();
  if (installed === "official" && mode !== "registries") return "official";
  // An engine that had to be built says that Pulumi's own host is out of reach: do not wait for it again.
  const tryOfficial = mode === "official" || (mode === "auto" && engine.origin !== "built" && installed === undefined);
  if (tryOfficial) {
    try {
      await by.official(engine, say);
      return "official";
    } catch (error) {
      if (mode === "official") throw new UserError(`cannot install the plugins: ${messageOf(error)}`);
      say("Pulumi's plugins are out of reach; using the lab's stand-ins");
    }
  }
  await by.standIns();
  return "stand-in";
}

async function installOfficial(engine: Engine, say: Say): Promise<void> {
  say("downloading command and tls from Pulumi");
  const env = pulumiEnvironment(engine, false, "setup");
  const install = ([name, version]: [string, string]) =>
    run(engine.path, ["plugin", "install", "--reinstall", "resource", name, version], { env, timeoutMs: 300_000 });
  await Promise.all(Object.entries(pluginVersions()).map(install));
}

function pluginFolder(name: string, version: string): string {
  return join(storm.pulumiHome, "plugins", `resource-${name}-v${version}`);
}

function isStandIn(folder: string): boolean {
  return readdirSync(folder).includes("plugin.cjs");
}
