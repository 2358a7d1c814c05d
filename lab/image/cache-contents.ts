import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { buildGoModule, cacheName } from "../binaries/build";
import { cachedFolder } from "../binaries/cached-folder";
import { shortHash } from "../binaries/checksums";
import { recipes } from "../binaries/recipes";
import { type Report, timed } from "../binaries/report";
import { together } from "../binaries/together";
import { debianSource } from "./apt";

/** Versions of what comes from npm for the Node.js image. */
export const node = { version: "22.23.3", npm: "10.9.9" };

/** An image that the cache holds: where in the registry, and what it is made from. */
export interface CachedImage {
  /** As the cache serves it: images of docker.io by their path alone, of others with the registry's name in front. */
  name: string;
  dockerfile: string;
  files: Record<string, string>;
  args?: Record<string, string>;
}

/** Programs and files that the images are made from, by their paths. */
export interface Ingredients {
  registry: string;
  certificates: string;
  node: string;
  npm: string;
  traefik: string;
  ferretdb: string;
}

/** The images that Storm's own parts and its default storm.yml need, as they are called in their registries. */
export function cachedImages(of: Ingredients): CachedImage[] {
  const certificates = { "ca-certificates.crt": of.certificates };
  return [
    { name: "library/debian:bookworm-slim", dockerfile: own("debian.Dockerfile"), files: {} },
    {
      name: "library/node:22-bookworm-slim",
      dockerfile: own("node.Dockerfile"),
      files: { node: of.node, npm: of.npm, "node-entrypoint.sh": own("node-entrypoint.sh") },
      args: { VERSION: node.version },
    },
    {
      name: `library/traefik:v${recipes.traefik.version}`,
      dockerfile: own("traefik.Dockerfile"),
      files: { traefik: of.traefik, "traefik-entrypoint.sh": own("traefik-entrypoint.sh"), ...certificates },
    },
    {
      name: "library/registry:2",
      dockerfile: own("registry.Dockerfile"),
      files: {
        registry: of.registry,
        "registry.yml": own("library-registry.yml"),
        "registry-entrypoint.sh": own("registry-entrypoint.sh"),
        ...certificates,
      },
    },
    {
      name: `ghcr.io/ferretdb/ferretdb:${recipes.ferretdb.version}`,
      dockerfile: own("ferretdb.Dockerfile"),
      files: { ferretdb: of.ferretdb, ...certificates },
    },
  ];
}

/** What the contents are made from, for the cache image's name. */
export function contentsHash(): string {
  const files = readdirSync(own("")).sort();
  const programs = [recipes.traefik, recipes.ferretdb].map((recipe) => cacheName(recipe));
  return shortHash(JSON.stringify(node), ...programs, ...files.map((file) => readFileSync(own(file))));
}

/** Gets or makes every ingredient, side by side as far as there is memory (lab/binaries/build-slots.ts). */
export async function getIngredients(cacheDir: string, report: Report): Promise<Ingredients> {
  const [packages, nodeFolder, traefik, ferretdb] = await together(
    debianPackages(cacheDir, report),
    nodePackages(cacheDir, report),
    buildGoModule(recipes.traefik, cacheDir, report),
    buildGoModule(recipes.ferretdb, cacheDir, report),
  );
  return {
    registry: join(packages, "registry"),
    certificates: join(packages, "ca-certificates.crt"),
    node: join(nodeFolder, "node"),
    npm: join(nodeFolder, "npm"),
    traefik,
    ferretdb,
  };
}

/** The registry, and the certificates of the public authorities: Debian's, not this machine's own. */
function debianPackages(cacheDir: string, report: Report): Promise<string> {
  return cachedFolder(cacheDir, `debian/docker-registry-${process.arch}`, report, (folder) =>
    timed(report, "fetching docker-registry from Debian", async () => {
      const [target, sources] = [join(folder, "work"), join(folder, "sources.list")];
      writeFileSync(sources, (await debianSource()).sourcesList);
      const env = { ...process.env, TARGET: target, SOURCES: sources, PACKAGES: "docker-registry ca-certificates" };
      const log = join(cacheDir, "logs", "docker-registry.log");
      await run("sh", [join(__dirname, "unpack-packages.sh")], { env, log });
      renameSync(join(target, "root/usr/bin/docker-registry"), join(folder, "registry"));
      const authorities = join(target, "root/usr/share/ca-certificates/mozilla");
      const pem = readdirSync(authorities).map(
        (name) => readFileSync(join(authorities, name), "utf8").trimEnd() + "\n",
      );
      writeFileSync(join(folder, "ca-certificates.crt"), pem.join(""));
      rmSync(target, { recursive: true });
      rmSync(sources);
    }),
  );
}

/** Node.js and npm as npm has them: npm checks them against the registry's own checksums. */
function nodePackages(cacheDir: string, report: Report): Promise<string> {
  return cachedFolder(cacheDir, `node/${node.version}-${node.npm}-${process.arch}`, report, (folder) =>
    timed(report, `fetching Node.js ${node.version} from npm`, async () => {
      const names = [`node-linux-${process.arch}@${node.version}`, `npm@${node.npm}`];
      const log = join(cacheDir, "logs", "node-packages.log");
      for (const name of names) {
        const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, name], {
          cwd: folder,
          log,
        });
        const [packed] = JSON.parse(stdout) as { filename: string }[];
        const archive = join(folder, packed?.filename ?? "");
        await run("tar", ["--extract", "--gzip", "--no-same-owner", "--file", archive, "--directory", folder]);
        if (name.startsWith("npm@")) renameSync(join(folder, "package"), join(folder, "npm"));
        else renameSync(join(folder, "package/bin/node"), join(folder, "node"));
        rmSync(archive);
        rmSync(join(folder, "package"), { recursive: true, force: true });
      }
    }),
  );
}

function own(file: string): string {
  return join(__dirname, "cache", file);
}
