/** The image that the lab's machines boot from. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shortHash } from "../../binaries/checksums";
import { buildImage, imageExists } from "../../image/docker";

export interface LabImageOptions {
  /** Reference of the node image. */
  nodeImage: string;
  /** Certificate of the lab's own authority: machines believe it as they believe public ones. */
  caPem: string;
  /** Path of a lego binary: nodes find it installed, and fetch none. */
  lego: string;
}

const DOCKERFILE = join(__dirname, "lab.Dockerfile");
const ENTRYPOINT = join(__dirname, "wait-for-network.sh");

/** Builds the image unless Docker has it; gives its reference, which says what it is made from. */
export async function ensureLabImage({ nodeImage, caPem, lego }: LabImageOptions): Promise<string> {
  const contents = [DOCKERFILE, ENTRYPOINT, lego].map((file) => readFileSync(file));
  const reference = `storm-lab:${shortHash(nodeImage, caPem, ...contents)}`;
  if (await imageExists(reference)) return reference;
  const workDir = mkdtempSync(join(tmpdir(), "storm-lab-image-"));
  try {
    const ca = join(workDir, "ca.pem");
    writeFileSync(ca, caPem);
    const files = { "storm-lab.crt": ca, "wait-for-network": ENTRYPOINT, lego };
    const log = join(workDir, "log");
    await buildImage({ reference, dockerfile: DOCKERFILE, files, args: { NODE: nodeImage }, workDir, log });
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
  return reference;
}
