import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { ensurePackages, needs } from "../../tools/debian-packages";
import { cachedFolder } from "../binaries/cached-folder";
import { shortHash } from "../binaries/checksums";
import { type Report, timed } from "../binaries/report";
import { debianSource, suite } from "./apt";
import { runConfined } from "./confined";
import { docker, imageExists } from "./docker";
import { checkMayMakeImages } from "./may-make";
import { withWorkFolder } from "./work-folder";

const ingredients = ["debian-base.sh", "dpkg-no-docs.conf"];

/** What the minimal Debian is made from, for the keys of whatever is made from it. */
export function debianBaseHash(): string {
  return shortHash(suite, process.arch, ...ingredients.map((file) => readFileSync(join(__dirname, file))));
}

/** The minimal Debian as an image, made with debootstrap from the machine's own mirror. */
export async function ensureDebianImage(cacheDir: string, report: Report): Promise<string> {
  const reference = `storm-debian:${debianBaseHash()}`;
  await withWorkFolder(cacheDir, "debian-image", report, async () => {
    if (await imageExists(reference)) return;
    const tar = await ensureDebianTar(cacheDir, report);
    await docker(["import", "--change", 'CMD ["bash"]', tar, reference]);
  });
  return reference;
}

/** The minimal Debian as a tar archive of its root file system. */
export async function ensureDebianTar(cacheDir: string, report: Report): Promise<string> {
  const folder = await cachedFolder(cacheDir, `debian/${suite}-${debianBaseHash()}`, report, async (temporary) => {
    checkMayMakeImages();
    await ensurePackages([needs.debootstrap], report);
    const source = await debianSource();
    const target = join(temporary, "root");
    const log = join(cacheDir, "logs", "debian-base.log");
    rmSync(log, { force: true });
    const env = { ...source.environment, TARGET: target, SUITE: suite, MIRROR: source.mirror, KEYRING: source.keyring };
    await timed(report, `making a minimal Debian (${suite})`, async () => {
      await runConfined("debian-base.sh", env, log);
      await packRoot(target, join(temporary, "root.tar"));
    });
    rmSync(target, { recursive: true });
  });
  return join(folder, "root.tar");
}

/** A root file system as a tar archive, without what belongs to the running machine. */
export async function packRoot(root: string, tar: string): Promise<void> {
  const others = ["dev", "proc", "sys", "run", "tmp"].map((folder) => `--exclude=./${folder}/*`);
  await run("tar", ["--create", "--numeric-owner", "--xattrs", ...others, "--file", tar, "--directory", root, "."]);
}
