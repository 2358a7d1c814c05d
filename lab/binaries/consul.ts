import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildGoModule, cacheName } from "./build";
import { cachedFolder, findCached } from "./cached-folder";
import { download, officialFirst } from "./official";
import { recipes } from "./recipes";
import { type Report, timed } from "./report";
import { unzip } from "./zip";

/** The program `consul`: its publisher's, or built from Go modules. */
export function ensureConsul(cacheDir: string, report: Report): Promise<string> {
  const { version } = recipes.consul;
  const official = `bin/consul-${version}-official-${process.arch}`;
  const inFolder = async (folder: Promise<string | undefined>) => {
    const found = await folder;
    return found === undefined ? undefined : join(found, "consul");
  };
  return officialFirst<string>(
    report,
    {
      had: () => inFolder(findCached(cacheDir, official)),
      get: async () => {
        const fill = (folder: string) =>
          timed(report, `downloading Consul ${version}`, () => fetchConsul(version, folder));
        return join(await cachedFolder(cacheDir, official, report, fill), "consul");
      },
    },
    {
      had: () => inFolder(findCached(cacheDir, cacheName(recipes.consul))),
      get: () => buildGoModule(recipes.consul, cacheDir, report),
    },
  );
}

async function fetchConsul(version: string, folder: string): Promise<void> {
  const base = `https://releases.hashicorp.com/consul/${version}`;
  const name = `consul_${version}_linux_${process.arch === "x64" ? "amd64" : process.arch}.zip`;
  const archive = join(folder, name);
  await download(`${base}/${name}`, `${base}/consul_${version}_SHA256SUMS`, archive);
  await writeFile(join(folder, "consul"), unzip(await readFile(archive), "consul"), { mode: 0o755 });
  await Promise.all([rm(archive), rm(`${archive}.sums`)]);
}
