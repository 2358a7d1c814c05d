/** Official plugins for previews without an account, apart from those that a real stack uses (tools/plugins.ts). */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CLOUD_PLUGINS, PLUGINS } from "../lab/plugins/bundle";
import type { Engine } from "./engine";
import { messageOf } from "./errors";
import { cacheFolder } from "./paths";
import { placeOfficial, pluginFolder } from "./sealed-plugins";
import type { SetupMode } from "./setup-mode";
import type { Say } from "./steps";

/** A plugin that could not be had, and why. */
export interface MissingPlugin {
  name: string;
  version: string;
  reason: string;
}

/** Gets one plugin into the home, or rejects with the reason. */
export type Install = (name: string, version: string) => Promise<void>;

/** Where they are kept: the user's own PULUMI_HOME, or a folder beside the other downloads. They are large, and the same for all checkouts. */
export function officialHome(env: NodeJS.ProcessEnv = process.env): string {
  return env.PULUMI_HOME || join(cacheFolder(env), "official-plugins");
}

/**
 * Gets what is missing, one after another: each is hundreds of megabytes.
 * @param install undefined: it is known that they cannot be had
 * @returns what is missing still
 */
export async function ensureOfficialPlugins(home: string, install: Install | undefined): Promise<MissingPlugin[]> {
  const missing: MissingPlugin[] = [];
  for (const [name, version] of Object.entries({ ...PLUGINS, ...CLOUD_PLUGINS })) {
    const folder = pluginFolder(home, name, version);
    if (isOfficial(folder)) continue;
    const reason = isStandIn(folder)
      ? `a stand-in is in its place, ${folder}`
      : await attempt(install, name, version, folder);
    if (reason !== undefined) missing.push({ name, version, reason });
  }
  return missing;
}

async function attempt(install: Install | undefined, name: string, version: string, folder: string) {
  if (install === undefined) return "Pulumi's own host is out of reach: the engine had to be built, too";
  try {
    await install(name, version);
  } catch (error) {
    return messageOf(error).trim().split("\n").at(-1) ?? "";
  }
  return isOfficial(folder) ? undefined : `its download left nothing in ${folder}`;
}

/** As a real stack's are got (sealed-plugins.ts); undefined where set-up knows already that it leads nowhere. */
export function installer(mode: SetupMode, engine: Engine, home: string, say: Say): Install | undefined {
  if (mode === "registries" || (mode === "auto" && engine.origin === "built")) return undefined;
  return (name, version) => placeOfficial({ [name]: version }, { engine, home, cacheDir: cacheFolder(), say });
}

function isOfficial(folder: string): boolean {
  // The engine leaves NAME.partial beside a plugin whose download did not end.
  return existsSync(folder) && !existsSync(`${folder}.partial`) && !isStandIn(folder);
}

function isStandIn(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).includes("plugin.cjs");
}
