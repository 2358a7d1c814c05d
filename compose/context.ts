import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { type Ignore, parseIgnore } from "./ignore";
import { tarEnd, tarEntry, type TarEntry } from "./tar";
import type { BuildRequest } from "./types";

/** A context travels to a manager over SSH with each change; what is bigger belongs into a registry. */
const MAX_BYTES = 100 * 1024 * 1024;
const MAX_FILES = 20_000;
/** Part of the hash: a change in how archives are made is a change of the image's name. */
const FORMAT = "1";

/** A file of a build context. */
export interface ContextFile {
  /** Relative to the context, with `/`. */
  name: string;
  type: TarEntry["type"];
  size: number;
}

/**
 * The files of a build's context in a fixed order, `.dockerignore` honoured (`<dockerfile>.dockerignore` before it). Throws an Error fit for
 * users if there is no such folder, no dockerfile, or too much in it.
 */
export function contextFiles(projectDirectory: string, build: BuildRequest): ContextFile[] {
  const root = path.resolve(projectDirectory, build.context);
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`there is no folder "${build.context}" to build from`);
  const dockerfile = path.posix.normalize(build.dockerfile);
  if (dockerfile.startsWith("../") || path.isAbsolute(dockerfile))
    throw new Error(`the dockerfile must be inside the context, got "${build.dockerfile}"`);
  if (!fs.statSync(path.join(root, dockerfile), { throwIfNoEntry: false })?.isFile()) {
    throw new Error(`there is no "${build.dockerfile}" in the context "${build.context}"`);
  }
  const ignored = readIgnore(root, dockerfile);
  // Docker sends both whatever the rules say: the engine needs them.
  const ignore = (name: string): boolean => name !== dockerfile && name !== ".dockerignore" && ignored.ignores(name);
  const files: ContextFile[] = [];
  let bytes = 0;
  const walk = (folder: string): void => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true }).sort(byName)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (ignore(name) && !ignored.takesBack && !dockerfile.startsWith(`${name}/`)) continue;
        const before = files.length;
        walk(name);
        if (!ignore(name) && files.length === before) files.push({ name, type: "folder", size: 0 });
      } else if (!ignore(name) && (entry.isFile() || entry.isSymbolicLink())) {
        const { size } = fs.lstatSync(path.join(root, name));
        files.push({ name, type: entry.isFile() ? "file" : "link", size });
        bytes += size;
      }
      if (bytes > MAX_BYTES || files.length > MAX_FILES) {
        throw new Error(
          `the context "${build.context}" has more than ${MAX_BYTES / 1024 / 1024} MiB or ${MAX_FILES} files; leave out what the image does not need with .dockerignore`,
        );
      }
    }
  };
  walk("");
  return files;
}

/** Hash of all that makes the image: files, dockerfile, arguments, target. Twelve hexadecimal digits. */
export function hashBuild(projectDirectory: string, build: BuildRequest): string {
  const hash = createHash("sha256");
  const args = Object.entries(build.args).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(JSON.stringify([FORMAT, path.posix.normalize(build.dockerfile), build.target ?? null, args]));
  for (const entry of entries(projectDirectory, build)) hash.update(tarEntry(entry));
  return hash.digest("hex").slice(0, 12);
}

/** The context as a deterministic tar.gz in memory. */
export function packContext(projectDirectory: string, build: BuildRequest): Buffer {
  const parts = [...entries(projectDirectory, build)].map(tarEntry);
  return gzipSync(Buffer.concat([...parts, tarEnd()]), { level: 6 });
}

/** Writes the context to `file`, whole or not at all. */
export function writeContext(projectDirectory: string, build: BuildRequest, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, packContext(projectDirectory, build));
  fs.renameSync(temporary, file);
}

function* entries(projectDirectory: string, build: BuildRequest): Generator<TarEntry> {
  const root = path.resolve(projectDirectory, build.context);
  for (const { name, type } of contextFiles(projectDirectory, build)) {
    const whole = path.join(root, name);
    if (type === "folder") yield { name: `${name}/`, content: Buffer.alloc(0), type, executable: true };
    else if (type === "link") yield { name, content: Buffer.from(fs.readlinkSync(whole)), type, executable: false };
    else yield { name, content: fs.readFileSync(whole), type, executable: (fs.statSync(whole).mode & 0o100) !== 0 };
  }
}

function readIgnore(root: string, dockerfile: string): Ignore {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const file = path.join(root, name);
    if (fs.existsSync(file)) return parseIgnore(fs.readFileSync(file, "utf8"));
  }
  return parseIgnore("");
}

/** By code unit: a locale would make the archive differ between machines. */
function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
