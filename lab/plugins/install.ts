/** Lays out the stand-in plugins in a PULUMI_HOME of our own, where the engine finds them like official ones. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BUNDLE_FILE, bundlePlugin, CLOUD_PLUGINS, place, PLUGINS, type PluginName } from "./bundle";

/**
 * Installs the given stand-ins, by default those that a real stack may use, as `<pulumiHome>/plugins/resource-NAME-vVERSION/`.
 * Idempotent, and safe to run twice at once. Never pass the user's own `~/.pulumi`: the official plugins live there.
 */
export async function installPlugins(pulumiHome: string, names?: readonly PluginName[]): Promise<void> {
  const wanted = names ?? (Object.keys(PLUGINS) as PluginName[]);
  await Promise.all(wanted.map((name) => installPlugin(pulumiHome, name)));
}

/** The folder in which the engine looks for one plugin. */
export function pluginFolder(pulumiHome: string, name: PluginName): string {
  return join(pulumiHome, "plugins", `resource-${name}-v${{ ...PLUGINS, ...CLOUD_PLUGINS }[name]}`);
}

async function installPlugin(pulumiHome: string, name: PluginName): Promise<void> {
  const folder = pluginFolder(pulumiHome, name);
  await bundlePlugin(name, folder);
  const launcher = join(folder, `pulumi-resource-${name}`);
  // Last, so that the plugin can be started only when it is complete.
  if ((await readFile(launcher, "utf8").catch(() => "")) !== launcherScript()) {
    await place(launcher, launcherScript(), 0o755);
  }
}

/** Prefers the Node.js that installed the plugin: the engine's PATH may lead to another one, or to none. */
function launcherScript(): string {
  const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
  return [
    "#!/bin/sh",
    `node=${quoted(process.execPath)}`,
    `[ -x "$node" ] || node=node`,
    // Node.js reads the extra certificates before anything else, which takes as long as the rest of the start. A plugin asks nobody by
    // HTTPS; what `command` runs here has the variable (command/main.ts).
    `STORM_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"; export STORM_EXTRA_CA_CERTS; unset NODE_EXTRA_CA_CERTS`,
    // Starts it with V8's code cache.
    `loader=${quoted(join(__dirname, "../../tools/bundled.js"))}`,
    `[ -f "$loader" ] || loader=`,
    `exec "$node" \${loader:+"$loader"} "\${0%/*}/${BUNDLE_FILE}" "$@"`,
    "",
  ].join("\n");
}
