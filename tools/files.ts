import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** Writes a whole file or nothing: a crash in between leaves the old one. */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
  const temporary = writeTemporary(file, text, mode);
  renameSync(temporary, file);
}

/** Makes a file that nobody else has made yet; false when somebody was quicker. Never half-written. */
export function createExclusively(file: string, text: string, mode = 0o644): boolean {
  const temporary = writeTemporary(file, text, mode);
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The text of a file, undefined when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function writeTemporary(file: string, text: string, mode: number): string {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const handle = openSync(temporary, "wx", mode);
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  return temporary;
}
