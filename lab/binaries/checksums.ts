import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";

const sums = "SHA256SUMS";

/** SHA-256 of a file's content, in hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** Short name for a content: the first 12 digits of its SHA-256. Parts are told apart from their neighbours. */
export function shortHash(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 12);
}

/** Writes the checksums of every file of a folder beside them, as `sha256sum` does. */
export async function sealFolder(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const file of filesBelow(folder)) lines.push(`${await sha256(join(folder, file))}  ${file}\n`);
  writeFileSync(join(folder, sums), lines.join(""));
}

/** Whether a folder was sealed at all. */
export function hasSums(folder: string): boolean {
  return existsSync(join(folder, sums));
}

/** True when the folder is there and every file has the content that it was sealed with. */
export async function isIntact(folder: string): Promise<boolean> {
  let entries: Map<string, string>;
  try {
    entries = parseSums(await readFile(join(folder, sums), "utf8"));
    const found = await Promise.all(
      [...entries].map(async ([file, sum]) => (await sha256(join(folder, file))) === sum),
    );
    return found.every(Boolean);
  } catch {
    return false;
  }
}

/** Reads the format of `sha256sum`: file name to checksum. */
export function parseSums(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trim());
    if (match) entries.set(match[2] ?? "", match[1] ?? "");
  }
  return entries;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== sums)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
