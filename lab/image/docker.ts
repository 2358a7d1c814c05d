import { cpSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "../../tools/command";

/** Runs the docker client; throws with its message. */
export async function docker(args: readonly string[], log?: string): Promise<string> {
  return (await run("docker", args, { log })).stdout.trim();
}

export async function imageExists(reference: string): Promise<boolean> {
  return (await run("docker", ["image", "inspect", reference], { allowFailure: true })).code === 0;
}

export interface ImageBuild {
  reference: string;
  dockerfile: string;
  /** Files of the context: name in it, to path. */
  files?: Record<string, string>;
  args?: Record<string, string>;
  /** Where the context is put together. */
  workDir: string;
  log: string;
}

/** Builds an image from a Dockerfile and just the files that it needs. */
export async function buildImage(build: ImageBuild): Promise<void> {
  const context = join(build.workDir, `context-${basename(build.dockerfile)}`);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  for (const [name, path] of Object.entries({ Dockerfile: build.dockerfile, ...build.files })) {
    cpSync(path, join(context, name), { recursive: true });
  }
  const args = Object.entries(build.args ?? {}).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  await docker(["build", "--quiet", "--tag", build.reference, ...args, context], build.log);
  rmSync(context, { recursive: true });
}
