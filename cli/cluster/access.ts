/** What a stack's outputs let its operators do. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { didYouMean, nearestWord } from "../../spec/nearest";
import { UserError } from "../../tools/errors";
import { writeAtomically } from "../../tools/files";
import type { Output } from "../../tools/report";
import { keyFolder, offDisk } from "../key-folder";
import { backendOf, engineStack, type StormStack } from "../workspace";
import type { Api } from "./api";

/** A stack's outputs, as stacks/outputs.ts makes them; any may be missing where its deployment did not end. */
export type StackOutputs = Record<string, unknown>;

export interface ClusterAccess {
  /** "tcp://HOST:PORT" */
  dockerHost: string;
  caCertificate: string;
  clientCertificate: string;
  clientKey: string;
}

export const DOCKER_PORT = 2376;
export const CONSUL_PORT = 8501;
/** Where it is the load balancer's, which knows by itself who lives. */
const LOOPBACK = "127.0.0.1";

/** A stack that is there. @throws UserError with the word that was meant. */
export async function openStack(name: string, output: Output): Promise<StormStack> {
  const backend = await backendOf(name, output);
  if ((await backend.state(name)) === undefined) throw unknownStack(name, await backend.stacks());
  return engineStack(name, output);
}

/** The error for a stack that is not there, with the word that was meant. */
export function unknownStack(stack: string, known: string[]): UserError {
  if (known.length === 0) return new UserError(`there is no stack ${stack}`, ["`npm start` makes the stack dev."]);
  return new UserError(`there is no stack ${stack}${didYouMean(nearestWord(stack, known))}`, [
    `Stacks: ${known.join(", ")}`,
  ]);
}

/** Who gets into the Docker API. @throws UserError when the stack's deployment did not come that far. */
export function accessOf(stack: string, outputs: StackOutputs): ClusterAccess {
  const text = (name: keyof ClusterAccess): string => {
    const value = outputs[name];
    if (typeof value === "string" && value !== "") return value;
    throw new UserError(`stack ${stack} has no output ${name}`, [
      "Its deployment did not end; run `npm start` again. Of an environment in several stacks, the one with the layer nodes has it.",
    ]);
  };
  return {
    dockerHost: text("dockerHost"),
    caCertificate: text("caCertificate"),
    clientCertificate: text("clientCertificate"),
    clientKey: text("clientKey"),
  };
}

/** Puts a client certificate where Docker reads it; the folder, whose name is returned, is the user's alone. */
export function writeCredentials(
  stack: string,
  access: ClusterAccess,
  folder = keyFolder(stack, offDisk(stack)),
): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const files = {
    "ca.pem": access.caCertificate,
    "cert.pem": access.clientCertificate,
    "key.pem": access.clientKey,
  };
  for (const [file, text] of Object.entries(files)) writeAtomically(join(folder, file), text, 0o600);
  return folder;
}

/** Docker's API, at every manager that it can be reached at. */
export function dockerApi(access: ClusterAccess, outputs: StackOutputs): Api {
  return {
    origins: originsOf(access.dockerHost.replace(/^tcp:/, "https:"), DOCKER_PORT, outputs),
    tls: { ca: access.caCertificate, cert: access.clientCertificate, key: access.clientKey },
  };
}

/** "tcp://HOST:PORT" of every manager, as the docker client takes them: one at a time. */
export function dockerHosts(access: ClusterAccess, outputs: StackOutputs): [string, ...string[]] {
  const [, ...others] = dockerApi(access, outputs).origins;
  return [access.dockerHost, ...others.map((origin) => origin.replace(/^https:/, "tcp:"))];
}

/** Consul's API, with the token that only looks unless another is given; undefined for a stack without that output. */
export function consulApi(outputs: StackOutputs, other?: string): Api | undefined {
  const { address, caCertificate, token: own } = (outputs["consul"] ?? {}) as Record<string, unknown>;
  const token = other ?? own;
  if (typeof address !== "string" || typeof caCertificate !== "string" || typeof token !== "string") return undefined;
  return {
    origins: originsOf(address, CONSUL_PORT, outputs),
    tls: { ca: caCertificate },
    headers: { "x-consul-token": token },
  };
}

/** The authority that Consul's HTTPS has to show. @throws UserError for a stack without that output */
export function consulAuthority(stack: string, outputs: StackOutputs): string {
  const { caCertificate } = (outputs["consul"] ?? {}) as Record<string, unknown>;
  if (typeof caCertificate === "string") return caCertificate;
  throw new UserError(`stack ${stack} has no output consul`, ["Its deployment did not end; run `npm start` again."]);
}

/** The address of the outputs is the first manager's, who may be dead. */
function originsOf(first: string, port: number, outputs: StackOutputs): string[] {
  if (new URL(first).hostname === LOOPBACK) return [first];
  const nodes = (outputs["nodes"] ?? []) as { role?: unknown; address?: unknown }[]; // stacks/outputs.ts
  const others = nodes.flatMap(({ role, address }) =>
    role === "manager" && typeof address === "string" ? [`https://${address}:${port}`] : [],
  );
  return [...new Set([first, ...others])];
}
