import { dirname, join, resolve } from "node:path";
import { type Lock, LOCK_FILE, formatLock, parseLock } from "../../spec/lock";
import { UserError, messageOf } from "../../tools/errors";
import { readIfThere, writeAtomically } from "../../tools/files";
import { checkout } from "../../tools/paths";
import type { Output } from "../../tools/report";
import { accessOf, dockerApi, openStack } from "../cluster/access";
import { clusterServices, containerDigests } from "../cluster/services";
import { isOffline, readConfig, type StackConfig } from "../config";
import { machineImages } from "../machine-images";
import type { StormStack } from "../workspace";

export interface LockOptions {
  stack: string;
  json?: boolean;
}

/** The registry of the cluster's own images (plan/plan.ts). */
const OWN_REGISTRY = "registry.service.consul:5000";

/** `storm lock`: writes storm.lock beside storm.yml from what the stack runs. Entries that it does not run stay: another environment may. */
export async function lock({ stack, json }: LockOptions, output: Output): Promise<void> {
  const opened = await openStack(stack, output);
  const config = readConfig(stack);
  const file = join(dirname(resolve(checkout, text(config["storm:file"], "storm.yml"))), LOCK_FILE);
  const before = readLock(file);
  const running = await whatRuns(opened, config, output);
  const after: Lock = {
    images: { ...before.images, ...running.images },
    containers: { ...before.containers, ...running.containers },
  };
  const written = formatLock(after);
  if (written !== formatLock(before) || readIfThere(file) === undefined) writeAtomically(file, written, 0o644);
  output.write(
    changes(before, after)
      .map((line) => `${line}\n`)
      .join(""),
  );
  if (json) process.stdout.write(JSON.stringify(after, null, 2) + "\n");
  else output.write(`${LOCK_FILE} is written; commit it with storm.yml\n`);
}

async function whatRuns(stack: StormStack, config: StackConfig, output: Output): Promise<Lock> {
  const images = machineImages(await stack.resources({ secrets: false }));
  if (isOffline(config)) {
    output.write(
      "Container images are built on this machine (package registries only): their digests mean nothing elsewhere\n",
    );
    return { images, containers: {} };
  }
  const outputs = await stack.outputs();
  const services = await clusterServices(dockerApi(accessOf(stack.name, outputs), outputs));
  return { images, containers: containerDigests(services, OWN_REGISTRY) };
}

/** What is there. One that cannot be read is not written over: somebody may have edited it. */
function readLock(file: string): Lock {
  const there = readIfThere(file);
  try {
    return there === undefined ? { images: {}, containers: {} } : parseLock(there);
  } catch (error) {
    throw new UserError(messageOf(error), [`Put it right or remove it: ${file}`]);
  }
}

/** "aws/eu-west-1/amd64: ami-1 -> ami-2", a line for each entry that is new or another one. */
export function changes(before: Lock, after: Lock): string[] {
  return (["images", "containers"] as const).flatMap((section) =>
    Object.entries(after[section])
      .filter(([key, value]) => before[section][key] !== value)
      .map(([key, value]) => `${key}: ${before[section][key] ?? "new"} -> ${value}`)
      .sort(),
  );
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
