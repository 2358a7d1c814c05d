import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "./engine";
import { readIfThere, writeAtomically } from "./files";
import { checkout, storm } from "./paths";
import type { PluginOrigin } from "./plugins";
import { pulumiSettings } from "./pulumi-env";
import { readReady } from "./read-ready";

/**
 * What set-up found, for tools/bootstrap.js: with it `npm run pulumi` starts the engine at once. It is void as soon as
 * one of the watched files changes.
 */
export interface Ready {
  format: 4;
  root: string;
  /** STORM_SETUP and STORM_PULUMI of that moment. */
  setup: string;
  given: string;
  engine: string;
  engineVersion: string;
  engineOrigin: Engine["origin"];
  plugins: PluginOrigin;
  path: string;
  env: Record<string, string>;
  watched: [file: string, mark: string][];
}

export function recordReady(engine: Engine, plugins: PluginOrigin): void {
  const ready: Ready = {
    format: 4,
    root: checkout,
    setup: process.env.STORM_SETUP ?? "",
    given: process.env.STORM_PULUMI ?? "",
    engine: engine.path,
    engineVersion: engine.version,
    engineOrigin: engine.origin,
    plugins,
    path: dirname(engine.path),
    env: pulumiSettings(plugins === "stand-in"),
    watched: watchedFiles(engine).map((file) => [file, markOf(file)]),
  };
  const text = JSON.stringify(ready);
  if (text !== readIfThere(storm.ready)) writeAtomically(storm.ready, text);
}

/** What an earlier set-up found, if it is all still there. */
export function recorded(): { engine: Engine; plugins: PluginOrigin } | undefined {
  const ready = readReady(checkout, process.env);
  if (ready === undefined) return undefined;
  const { engine: path, engineVersion: version, engineOrigin: origin, plugins } = ready;
  return { engine: { path, version, origin }, plugins };
}

/** The next command looks at everything again. */
export function forgetReady(): void {
  rmSync(storm.ready, { force: true });
}

/** The engine, the plugins as installed, the guestbook's bundle, and the sources from which stand-ins and guestbook are made. */
function watchedFiles(engine: Engine): string[] {
  const plugins = join(storm.pulumiHome, "plugins");
  const installed = readdirSync(plugins).filter((name) => name.startsWith("resource-"));
  const sources = join(checkout, "lab", "plugins");
  const guestbook = join(checkout, "catalog", "guestbook");
  const folders = [
    sources,
    ...readdirSync(sources).map((name) => join(sources, name)),
    join(guestbook, "build.ts"),
    join(guestbook, "src"),
    join(guestbook, "dist", "server.js"),
  ];
  return [
    engine.path,
    storm.passphrase,
    join(checkout, "package-lock.json"),
    plugins,
    ...installed.map((name) => join(plugins, name)),
    ...folders.flatMap(filesIn),
  ];
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return [path, ...readdirSync(path).map((name) => join(path, name))].filter(
    (file) => file === path || /\.\w+$/.test(file),
  );
}

function markOf(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs}:${size}`;
}
