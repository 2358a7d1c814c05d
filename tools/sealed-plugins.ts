import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cachedFolder } from "../lab/binaries/cached-folder";
import { hasSums, isIntact, sealFolder } from "../lab/binaries/checksums";
import { together } from "../lab/binaries/together";
import { run } from "./command";
import type { Engine } from "./engine";
import { pulumiEnvironment } from "./pulumi-env";
import type { Say } from "./steps";

/** Where a plugin lies in a PULUMI_HOME. */
export function pluginFolder(home: string, name: string, version: string): string {
  return join(home, "plugins", `resource-${name}-v${version}`);
}

/**
 * Puts the publisher's plugins into a PULUMI_HOME: by the engine, which gets each version once for all checkouts of a user. What it got is
 * sealed with SHA-256 checksums, and every later use is compared with them.
 * @param versions by name
 * @throws UserError when the engine cannot get one
 */
export async function placeOfficial(
  versions: Readonly<Record<string, string>>,
  { engine, home, cacheDir, say }: { engine: Engine; home: string; cacheDir: string; say: Say },
): Promise<void> {
  await together(
    ...Object.entries(versions).map(async ([name, version]) => {
      const folder = `plugins/${name}-${version}-official-${process.arch}`;
      const cached = await cachedFolder(cacheDir, folder, say, async (temporary) => {
        say(`downloading ${name} ${version} from Pulumi`);
        const env = { ...pulumiEnvironment(engine, false, "setup"), PULUMI_HOME: join(temporary, "home") };
        await run(engine.path, ["plugin", "install", "resource", name, version], { env, timeoutMs: 300_000 });
        renameSync(pluginFolder(join(temporary, "home"), name, version), join(temporary, "plugin"));
        rmSync(join(temporary, "home"), { recursive: true });
      });
      await place(cached, home, pluginFolder(home, name, version));
    }),
  );
}

/** False when a plugin has other content than it had when it was placed. One that the engine got by itself is not known. */
export async function areAsPlaced(versions: Readonly<Record<string, string>>, home: string): Promise<boolean> {
  const folders = Object.entries(versions).map(([name, version]) => pluginFolder(home, name, version));
  const intact = await Promise.all(folders.map((folder) => !hasSums(folder) || isIntact(folder)));
  return intact.every(Boolean);
}

/** A copy that is there whole or not at all; the engine leaves a mark beside a plugin whose download it did not end. */
async function place(cached: string, home: string, folder: string): Promise<void> {
  if ((await isIntact(folder)) && !existsSync(`${folder}.partial`)) return;
  const temporary = join(home, `placing-${basename(folder)}-${process.pid}`);
  rmSync(temporary, { recursive: true, force: true });
  cpSync(join(cached, "plugin"), temporary, { recursive: true });
  await sealFolder(temporary);
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(temporary, folder);
  rmSync(`${folder}.partial`, { force: true });
}
