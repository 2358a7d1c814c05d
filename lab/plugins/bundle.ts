/** Bundles a stand-in plugin into one JavaScript file: it starts several times faster than its TypeScript sources. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

export const PLUGINS = { command: "1.2.1", tls: "5.6.1" } as const;
/** Clouds: for previews without one. Never installed where a real stack finds its plugins. */
export const CLOUD_PLUGINS = { aws: "7.47.0", "azure-native": "3.28.0", digitalocean: "4.80.1" } as const;
export type PluginName = keyof typeof PLUGINS | keyof typeof CLOUD_PLUGINS;

export const BUNDLE_FILE = "plugin.cjs";
const STAMP_FILE = "plugin.sha256";
const SOURCES = __dirname;
const LOCK_FILE = resolve(SOURCES, "../../package-lock.json");

/**
 * Builds `plugin.cjs` of one plugin into `outDir`. Does nothing when the folder holds the bundle of the very same
 * sources and package versions. Safe to run twice at once: files appear whole.
 */
export async function bundlePlugin(name: PluginName, outDir: string): Promise<void> {
  const stamp = await sourceHash(name);
  if ((await readFile(join(outDir, STAMP_FILE), "utf8").catch(() => "")) === stamp) {
    return;
  }
  // Loaded on demand: a start that finds its bundle does not pay for the bundler.
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, name, "main.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    // Names of classes show in error texts.
    keepNames: true,
    // ssh2's native accelerators are optional; it has its own fall-backs.
    external: ["*.node", "cpu-features"],
    logLevel: "error",
  });
  await mkdir(outDir, { recursive: true });
  await place(join(outDir, BUNDLE_FILE), outputFiles[0]?.contents ?? new Uint8Array());
  await place(join(outDir, STAMP_FILE), stamp);
}

/** Writes a file so that it is never seen half written. */
export async function place(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, content, { mode });
  await rename(partial, path);
}

async function sourceHash(name: PluginName): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of [join(SOURCES, "shared"), join(SOURCES, name)]) {
    for (const file of (await readdir(folder)).filter((entry) => entry.endsWith(".ts")).sort()) {
      hash.update(`${file}\0`).update(await readFile(join(folder, file)));
    }
  }
  hash.update(await readFile(__filename)).update(await readFile(LOCK_FILE));
  return hash.digest("hex");
}
