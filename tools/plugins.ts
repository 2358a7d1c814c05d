import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CLOUD_PLUGINS, PLUGINS, type PluginName } from "../lab/plugins/bundle";
import { installPlugins } from "../lab/plugins/install";
import type { Engine } from "./engine";
import { UserError, messageOf } from "./errors";
import { areAsPlaced, placeOfficial, pluginFolder } from "./sealed-plugins";
import { cacheFolder, checkout, inLab, storm } from "./paths";
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
  const folders = Object.entries(pluginVersions()).map(([name, version]) =>
    pluginFolder(storm.pulumiHome, name, version),
  );
  // The engine leaves NAME.partial beside a plugin whose download did not end.
  if (!folders.every((folder) => existsSync(folder) && !existsSync(`${folder}.partial`))) return undefined;
  return folders.some(isStandIn) ? "stand-in" : "official";
}

/** How plugins are found and got; tests give their own. */
export interface PluginWays {
  installed: () => PluginOrigin | undefined;
  /** Whether official ones still have the content that they were placed with. */
  asPlaced: () => Promise<boolean>;
  official: (engine: Engine, say: Say) => Promise<void>;
  standIns: () => Promise<void>;
}

const ways: PluginWays = {
  installed: installedPlugins,
  asPlaced: () => areAsPlaced(pluginVersions(), storm.pulumiHome),
  official: (engine, say) =>
    placeOfficial(pluginVersions(), { engine, home: storm.pulumiHome, cacheDir: cacheFolder(), say }),
  standIns: () => installPlugins(storm.pulumiHome),
};

/** Gets the plugins: from Pulumi when it can be reached, else the stand-ins. */
export async function ensurePlugins(
  mode: SetupMode,
  engine: Engine,
  say: Say,
  by: PluginWays = ways,
): Promise<PluginOrigin> {
  if (inLab) {
    // The only place where stand-ins of clouds are ever installed for a deployment.
    await installPlugins(storm.pulumiHome, Object.keys({ ...PLUGINS, ...CLOUD_PLUGINS }) as PluginName[]);
    return "stand-in";
  }
  const installed = by.installed();
  const damaged = installed === "official" && mode !== "registries" && !(await by.asPlaced());
  if (installed === "official" && mode !== "registries" && !damaged) return "official";
  if (damaged) say("the plugins are not what was installed: putting them in place again");
  // An engine that had to be built says that Pulumi's own host is out of reach: do not wait for it again.
  const tryOfficial =
    mode === "official" || damaged || (mode === "auto" && engine.origin !== "built" && installed === undefined);
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

function isStandIn(folder: string): boolean {
  return readdirSync(folder).includes("plugin.cjs");
}
