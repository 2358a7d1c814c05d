import { existsSync } from "node:fs";
import { run } from "./command";
import { findOnPath } from "./find-on-path";

/** What set-up's decisions depend on. Tests give machines of their own. */
export interface Machine {
  /** Of the user; 0 is root. */
  uid: number;
  /** A program's path, on PATH or in the system's folders. */
  find: (program: string) => string | undefined;
  exists: (file: string) => boolean;
  run: typeof run;
}

export const thisMachine: Machine = {
  uid: process.getuid?.() ?? -1,
  find: (program) => findOnPath(program),
  exists: existsSync,
  run,
};
