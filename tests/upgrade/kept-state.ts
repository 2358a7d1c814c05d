/** The states that releases left behind, as the engine exports them: tests/upgrade/states/VERSION/ENVIRONMENT.json.br. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { Deployment } from "@pulumi/pulumi/automation";

const STATES = join(__dirname, "states");
const SUFFIX = ".json.br";
/** What was brought up, and how: all that the next version needs to be asked the same. */
export interface KeptState {
  /** storm.yml, and the files that it names. */
  files: Record<string, string>;
  /** Of the stack. */
  config: Record<string, string>;
  /** With its secrets readable, for they open nothing: nobody ever had this cluster. */
  state: Deployment;
}

/** Of which versions there are states, the newest last. */
export function keptVersions(): string[] {
  const number = (version: string) => version.split(".").map(Number);
  const order = (a: string, b: string) => {
    const [left, right] = [number(a), number(b)];
    return left.map((part, index) => part - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  };
  return readdirSync(STATES).sort(order);
}

/** What was brought up of a version. */
export function keptEnvironments(version: string): string[] {
  return readdirSync(join(STATES, version)).map((name) => name.slice(0, -SUFFIX.length));
}

export function readState(version: string, environment: string): KeptState {
  const packed = readFileSync(join(STATES, version, `${environment}${SUFFIX}`));
  return JSON.parse(brotliDecompressSync(packed).toString("utf8")) as KeptState; // what writeState wrote
}

/** @param hide paths of this machine, which are nobody's business */
export function writeState(version: string, environment: string, kept: KeptState, hide: readonly string[]): string {
  const text = hide.reduce((all, path) => all.replaceAll(path, "/storm"), JSON.stringify(kept));
  // Each node's command has the same 80 KiB: a window that is wider than gzip's takes them in once.
  const window = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
  const file = join(STATES, version, `${environment}${SUFFIX}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, brotliCompressSync(text, { params: window }));
  return file;
}

/** Puts an environment's files into a folder. */
export function layOut(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
