import { linkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../tools/command";
import { buildGoModule, cacheName } from "./build";
import { cachedFolder, findCached } from "./cached-folder";
import { shortHash } from "./checksums";
import { download, officialFirst } from "./official";
import { recipes } from "./recipes";
import { type Report, timed } from "./report";
import { together } from "./together";

export interface PulumiPrograms {
  /** Folder with `pulumi`, `pulumi-language-nodejs` and what else the engine looks for beside itself. */
  folder: string;
  origin: "downloaded" | "built";
}

/** What the engine runs for parts of the Node.js SDK: each finds the SDK of the program in whose folder it is started. */
const launchers = {
  "pulumi-resource-pulumi-nodejs": "@pulumi/pulumi/cmd/dynamic-provider",
  "pulumi-analyzer-policy": "@pulumi/pulumi/cmd/run-policy-pack",
};

const { version } = recipes.pulumi;
const officialName = `bin/pulumi-${version}-official-${process.arch}`;
const parts = [recipes.pulumi, recipes.languageHost];

/** The Pulumi engine with its Node.js language host: its publisher's, or built from Go modules. */
export function ensurePulumi(cacheDir: string, report: Report): Promise<PulumiPrograms> {
  return officialFirst<PulumiPrograms>(
    report,
    {
      had: async () => programs(await findCached(cacheDir, officialName), "downloaded"),
      get: async () => ({ folder: await downloaded(cacheDir, report), origin: "downloaded" }),
    },
    {
      had: async () => programs(await findCached(cacheDir, builtName()), "built"),
      get: async () => ({ folder: await built(cacheDir, report), origin: "built" }),
    },
  );
}

function programs(folder: string | undefined, origin: PulumiPrograms["origin"]): PulumiPrograms | undefined {
  return folder === undefined ? undefined : { folder, origin };
}

function downloaded(cacheDir: string, report: Report): Promise<string> {
  return cachedFolder(cacheDir, officialName, report, (folder) =>
    timed(report, `downloading Pulumi ${version}`, async () => {
      const name = `pulumi-v${version}-linux-${process.arch}.tar.gz`;
      const sums = `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`;
      const archive = join(folder, name);
      await download(`https://get.pulumi.com/releases/sdk/${name}`, sums, archive);
      await run("tar", ["--extract", "--gzip", "--strip-components=1", "--file", archive, "--directory", folder]);
      await Promise.all([rm(archive), rm(`${archive}.sums`)]);
    }),
  );
}

function built(cacheDir: string, report: Report): Promise<string> {
  return cachedFolder(cacheDir, builtName(), report, async (folder) => {
    const built = await together(...parts.map((recipe) => buildGoModule(recipe, cacheDir, report)));
    parts.forEach((recipe, i) => linkSync(built[i] ?? "", join(folder, recipe.name)));
    for (const [name, module] of Object.entries(launchers)) {
      writeFileSync(join(folder, name), launcher(module), { mode: 0o755 });
    }
  });
}

function builtName(): string {
  const hash = shortHash(...parts.map((recipe) => cacheName(recipe)), ...Object.values(launchers).map(launcher));
  return `bin/pulumi-programs-${version}-${hash}`;
}

function launcher(module: string): string {
  const resolve = `require.resolve("${module}", { paths: [process.cwd()] })`;
  return `#!/bin/sh\nset -eu\nexec node "$(node -p '${resolve}')" "$@"\n`;
}
