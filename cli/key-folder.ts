/** Where a stack's keys may be on this machine. */
import { statfsSync } from "node:fs";
import { loadSpec } from "../load";
import { UserError } from "../tools/errors";
import { credentialFolder } from "../tools/paths";
import { readConfig } from "./config";
import { loadSettings } from "./load-settings";

/** Whether a stack's keys stay off the disks of this machine. Where storm.yml can not be read, its config alone says so. */
export function isProduction(stack: string): boolean {
  const spec = readConfig(stack)["storm:spec"] as { production?: unknown } | undefined; // the program checks it
  if (spec?.production === true) return true;
  try {
    return loadSpec(loadSettings(stack, undefined)).production;
  } catch {
    return false;
  }
}

const IN_MEMORY = [0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */];

/**
 * The folder for a stack's keys: of a production stack it is in memory, and gone with the user's session.
 * @throws UserError when there is no such place
 */
export function keyFolder(
  stack: string,
  production = isProduction(stack),
  runtime = process.env.XDG_RUNTIME_DIR,
): string {
  const usual = credentialFolder(stack);
  if (!production) return usual;
  if (runtime && isInMemory(runtime)) return credentialFolder(stack, { XDG_STATE_HOME: runtime });
  throw new UserError(`${stack} is a production stack: its keys are not written to a disk`, [
    "XDG_RUNTIME_DIR has to name a folder of yours in memory (tmpfs); a login session has one, /run/user/UID.",
  ]);
}

/** Every place where this stack's keys may be. */
export function keyFolders(stack: string, runtime = process.env.XDG_RUNTIME_DIR): string[] {
  return [credentialFolder(stack), ...(runtime ? [credentialFolder(stack, { XDG_STATE_HOME: runtime })] : [])];
}

function isInMemory(folder: string): boolean {
  try {
    return IN_MEMORY.includes(statfsSync(folder).type);
  } catch {
    return false;
  }
}
