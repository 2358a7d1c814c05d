import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { UserError } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { offDisk, refuseDisk } from "../key-folder";
import { accessOf, type ClusterAccess, openStack, writeCredentials } from "../cluster/access";

export interface ContextOptions {
  rm?: boolean;
}

/** Runs the docker client. */
export type RunDocker = (args: readonly string[]) => { code: number; stderr: string };

/** `storm context STACK`: a context of the docker client that leads to the cluster; with `--rm` it is taken away again. */
export async function context(stack: string, options: ContextOptions, output: Output): Promise<void> {
  if (options.rm) return removeContext(stack, output);
  // docker keeps its copy of the key on the disk.
  const why = offDisk(stack);
  if (why !== undefined) refuseDisk(why, `For this shell: eval $(npx storm env ${stack})`);
  writeContext(stack, accessOf(stack, await (await openStack(stack, output)).outputs()), output);
}

/** Makes the context, or brings one of this name up to date. docker keeps a copy of the files. */
export function writeContext(stack: string, access: ClusterAccess, output: Output, docker = runDocker): void {
  const name = contextName(stack);
  const folder = writeCredentials(stack, access);
  const file = (option: string, base: string) => `${option}=${quoted(join(folder, base))}`;
  const endpoint = [
    `host=${access.dockerHost}`,
    file("ca", "ca.pem"),
    file("cert", "cert.pem"),
    file("key", "key.pem"),
  ].join(",");
  const verb = docker(["context", "inspect", name]).code === 0 ? "update" : "create";
  const args = ["context", verb, name, "--description", `Storm's cluster ${stack}`, "--docker", endpoint];
  expectDone(docker(args), `docker context ${verb} ${name}`);
  output.write(`docker context ${name} leads to the cluster: docker --context ${name} node ls\n`);
}

/** Also when the stack is gone by now. No context of this name is no error. */
export function removeContext(stack: string, output: Output, docker = runDocker): void {
  const name = contextName(stack);
  if (docker(["context", "inspect", name]).code !== 0) return output.write(`There is no docker context ${name}\n`);
  // The client's current one, too: it goes back to its default.
  expectDone(docker(["context", "rm", "--force", name]), `docker context rm ${name}`);
  output.write(`docker context ${name} is gone\n`);
}

export function contextName(stack: string): string {
  return `storm-${stack}`;
}

function expectDone({ code, stderr }: ReturnType<RunDocker>, what: string): void {
  if (code !== 0) throw new UserError(`\`${what}\` failed: ${stderr.trim()}`);
}

function runDocker(args: readonly string[]): ReturnType<RunDocker> {
  const { status, stderr, error } = spawnSync("docker", args, {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (error !== undefined)
    throw new UserError(`the docker client can not be run: ${error.message}`, [
      "Install it (Debian: docker.io), or use the exports of `storm env`.",
    ]);
  return { code: status ?? 1, stderr };
}

/** The client reads the endpoint as a line of CSV. */
function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
