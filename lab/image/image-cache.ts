import { rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { sleep } from "../../tools/processes";
import { UserError } from "../../tools/errors";
import { shortHash } from "../binaries/checksums";
import { officialFirst } from "../binaries/official";
import { type Report, timed } from "../binaries/report";
import { together } from "../binaries/together";
import { type CachedImage, type Ingredients, cachedImages, contentsHash, getIngredients } from "./cache-contents";
import { debianBaseHash, ensureDebianImage } from "./debian-base";
import { buildImage, docker, imageExists } from "./docker";
import type { ImageOptions } from "./node-image";
import { hub, pullFromHub } from "./hub";
import { checkMayMakeImages } from "./may-make";
import { withWorkFolder } from "./work-folder";

/** The registry that stands beside the nodes of a Local cluster, on port 5000, without TLS. */
export interface ImageCache {
  reference: string;
  /** What its container must be told. */
  environment: Record<string, string>;
  /** "offline": it holds the images itself, also those of other registries; "online": it passes on docker.io. */
  mode: "online" | "offline";
}

const release = "registry:2";

/** The image of the image cache: a pull-through cache where docker.io can be reached, else a registry with contents. */
export function ensureImageCache({ cacheDir, report }: ImageOptions): Promise<ImageCache> {
  return officialFirst<ImageCache>(
    report,
    {
      had: async () => ((await imageExists(onlineReference())) ? online() : undefined),
      get: async () => {
        await makeOnline(cacheDir, report);
        return online();
      },
    },
    {
      had: async () => ((await imageExists(offlineReference())) ? offline() : undefined),
      get: async () => {
        await makeOffline(cacheDir, report);
        return offline();
      },
    },
  );
}

/** The image cache that is on this machine already. */
export async function findImageCache(): Promise<ImageCache | undefined> {
  if (await imageExists(onlineReference())) return online();
  return (await imageExists(offlineReference())) ? offline() : undefined;
}

function online(): ImageCache {
  return { reference: onlineReference(), environment: { REGISTRY_PROXY_REMOTEURL: hub }, mode: "online" };
}

function offline(): ImageCache {
  return { reference: offlineReference(), environment: {}, mode: "offline" };
}

function onlineReference(): string {
  return `storm-image-cache:${shortHash(contentsHash(), "online")}`;
}

function offlineReference(): string {
  return `storm-image-cache:${shortHash(contentsHash(), debianBaseHash())}`;
}

async function makeOnline(cacheDir: string, report: Report): Promise<void> {
  const reference = onlineReference();
  if (await imageExists(reference)) return;
  await withWorkFolder(cacheDir, "image-cache", report, async (workDir) => {
    if (await imageExists(reference)) return;
    const dockerfile = cacheFile("image-cache-online.Dockerfile");
    const files = { "registry.yml": cacheFile("registry.yml"), "healthcheck.sh": cacheFile("healthcheck-alpine.sh") };
    const log = join(cacheDir, "logs", "image-cache.log");
    await timed(report, `pulling ${release}`, () => pullFromHub(release));
    await buildImage({ reference, dockerfile, files, args: { BASE: release }, workDir, log });
  });
}

async function makeOffline(cacheDir: string, report: Report): Promise<void> {
  const reference = offlineReference();
  if (await imageExists(reference)) return;
  checkMayMakeImages();
  const [ingredients, base] = await together(getIngredients(cacheDir, report), ensureDebianImage(cacheDir, report));
  const log = join(cacheDir, "logs", "image-cache.log");
  await withWorkFolder(cacheDir, "image-cache", report, async (workDir) => {
    if (await imageExists(reference)) return;
    const maker = makerName(cacheDir);
    await removeLeftovers(maker);
    rmSync(log, { force: true });
    await timed(report, "filling the image cache", async () => {
      const empty = reference.replace(":", "-empty:");
      await buildImage({ ...emptyCache(ingredients), reference: empty, args: { BASE: base }, workDir, log });
      await fill(maker, empty, reference, cachedImages(ingredients), base, workDir, log);
      await docker(["image", "rm", empty]);
    });
  });
}

function emptyCache(ingredients: Ingredients): { dockerfile: string; files: Record<string, string> } {
  return {
    dockerfile: cacheFile("image-cache.Dockerfile"),
    files: {
      registry: ingredients.registry,
      "registry.yml": cacheFile("registry.yml"),
      "healthcheck.sh": cacheFile("healthcheck.sh"),
    },
  };
}

const makers = "storm-image-cache-making-";

/** One for each cache folder, as its lock is: two users of one Docker do not take away each other's. */
export function makerName(cacheDir: string): string {
  return makers + shortHash(cacheDir);
}

/** Pushes the images into a running cache, and keeps what it then is as an image. */
async function fill(
  maker: string,
  empty: string,
  reference: string,
  images: CachedImage[],
  base: string,
  workDir: string,
  log: string,
): Promise<void> {
  await docker(["run", "--detach", "--name", maker, "--publish", "127.0.0.1::5000", empty]);
  try {
    // Docker takes a registry on the loopback address without TLS.
    const registry = (await docker(["port", maker, "5000/tcp"])).split("\n")[0] ?? "";
    await answers(`http://${registry}/v2/`, maker);
    for (const { name, dockerfile, files, args } of images) {
      const pushed = `${registry}/${name}`;
      await buildImage({ reference: pushed, dockerfile, files, args: { ...args, BASE: base }, workDir, log });
      await docker(["push", "--quiet", pushed], log);
    }
    await docker(["stop", maker]);
    await docker(["commit", maker, reference]);
  } finally {
    await removeLeftovers(maker);
  }
}

/** The container and the tags that serve to fill a cache: of this run, or of one that died. */
async function removeLeftovers(maker: string): Promise<void> {
  await run("docker", ["rm", "--force", "--volumes", maker], { allowFailure: true });
  const images = await docker([
    "images",
    "--filter",
    "label=storm.image=cache-content",
    "--format",
    "{{.Repository}}:{{.Tag}}",
  ]);
  const others = await docker(["ps", "--filter", `name=${makers}`, "--format", "{{.Ports}}"]);
  const tags = images.split("\n").filter((tag) => tag.startsWith("127.0.0.1:") && !isServedBy(others, tag));
  if (tags.length > 0) await run("docker", ["image", "rm", ...tags], { allowFailure: true });
}

/** Whether a tag's registry is one of these containers, by their ports as `docker ps` shows them: "127.0.0.1:49153->5000/tcp". */
export function isServedBy(ports: string, tag: string): boolean {
  return ports.includes(`${tag.split("/")[0]}->`);
}

async function answers(url: string, maker: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await sleep(200);
  }
  throw new UserError(`the image cache does not answer on ${url}`, [`See \`docker logs ${maker}\`.`]);
}

function cacheFile(file: string): string {
  return join(__dirname, "cache", file);
}
