import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { cacheName } from "../binaries/build";
import { shortHash } from "../binaries/checksums";
import { ensureConsul } from "../binaries/consul";
import { officialFirst } from "../binaries/official";
import { recipes } from "../binaries/recipes";
import { type Report, timed } from "../binaries/report";
import { together } from "../binaries/together";
import { debianSource, suite } from "./apt";
import { runConfined } from "./confined";
import { debianBaseHash, ensureDebianTar, packRoot } from "./debian-base";
import { buildImage, docker, imageExists } from "./docker";
import { pullFromHub } from "./hub";
import { checkMayMakeImages } from "./may-make";
import { withWorkFolder } from "./work-folder";

export interface ImageOptions {
  cacheDir: string;
  report: Report;
}

const baseIngredients = ["packages.list", "node-base.sh", "node-base.Dockerfile", "provision.sh"];
const ingredients = ["node.Dockerfile", "entrypoint.sh"];

/** The image that Local nodes boot from. Its name says what it is made from; nothing happens when Docker has it. */
export async function ensureNodeImage({ cacheDir, report }: ImageOptions): Promise<{ reference: string }> {
  const reference = nodeImageReference();
  if (await imageExists(reference)) return { reference };
  await withWorkFolder(cacheDir, "node-image", report, async (workDir) => {
    if (await imageExists(reference)) return;
    const [consul, base] = await together(ensureConsul(cacheDir, report), ensureNodeBase(cacheDir, report));
    const log = join(cacheDir, "logs", "node-image.log");
    const files = { consul, "entrypoint.sh": own("entrypoint.sh") };
    const args = { BASE: base };
    await timed(report, "putting the node image together", () =>
      buildImage({ reference, dockerfile: own("node.Dockerfile"), files, args, workDir, log }),
    );
  });
  return { reference };
}

/** Name of the image that this checkout's files make. */
export function nodeImageReference(): string {
  return `storm-node:${shortHash(nodeBaseHash(), cacheName(recipes.consul), ...ingredients.map(read))}`;
}

function nodeBaseHash(): string {
  return shortHash(debianBaseHash(), ...baseIngredients.map(read));
}

/** A node's root file system without what is ours: it seldom changes. Gives the reference of its image. */
async function ensureNodeBase(cacheDir: string, report: Report): Promise<string> {
  const reference = `storm-node-base:${nodeBaseHash()}`;
  if (await imageExists(reference)) return reference;
  const log = join(cacheDir, "logs", "node-base.log");
  await withWorkFolder(cacheDir, "node-base", report, async (workDir) => {
    rmSync(log, { force: true });
    await officialFirst(
      report,
      { get: () => fromDockerHub(reference, workDir, log, report) },
      { get: () => fromMirror(reference, cacheDir, workDir, log, report) },
    );
  });
  return reference;
}

async function fromDockerHub(reference: string, workDir: string, log: string, report: Report): Promise<void> {
  await pullFromHub(`debian:${suite}-slim`);
  const names = ["dpkg-no-docs.conf", "packages.list", "provision.sh"];
  const files = Object.fromEntries(names.map((name) => [name, own(name)]));
  const dockerfile = own("node-base.Dockerfile");
  await timed(report, "installing a node's packages", () =>
    buildImage({ reference, dockerfile, files, args: { SUITE: suite }, workDir, log }),
  );
}

async function fromMirror(
  reference: string,
  cacheDir: string,
  workDir: string,
  log: string,
  report: Report,
): Promise<void> {
  checkMayMakeImages();
  const debian = await ensureDebianTar(cacheDir, report);
  await timed(report, `installing a node's packages (Debian ${suite})`, async () => {
    const [root, tar, sources] = ["root", "root.tar", "sources.list"].map((name) => join(workDir, name)) as [
      string,
      string,
      string,
    ];
    const source = await debianSource();
    writeFileSync(sources, source.sourcesList);
    await run("mkdir", [root]);
    await run("tar", ["--extract", "--numeric-owner", "--preserve-permissions", "--file", debian, "--directory", root]);
    await runConfined("node-base.sh", { ...source.environment, TARGET: root, SOURCES: sources }, log);
    await packRoot(root, tar);
    await docker(["import", tar, reference]);
  });
}

function own(file: string): string {
  return join(__dirname, file);
}

function read(file: string): Buffer {
  return readFileSync(own(file));
}
