/** Where a stack's keys may be on this machine. */
import { statfsSync } from "node:fs";
import { loadSpec } from "../load";
import { UserError } from "../tools/errors";
import { credentialFolder } from "../tools/paths";
import { loadSettings } from "./load-settings";

/** Why a stack's keys stay off the disks of this machine; undefined: they need not. What nobody can read may say that they do. */
export function offDisk(stack: string): string | undefined {
  const settings = loadSettings(stack, undefined);
  const spec = settings.spec as { production?: unknown } | undefined; // the program checks it
  const production = `${stack} is a production stack`;
  if (spec?.production === true) return production;
  try {
    return loadSpec(settings).production ? production : undefined;
  } catch {
    return `${settings.file} can not be read, so ${stack} may be a production stack`;
  }
}

/** @throws UserError with what leads to the cluster all the same */
export function refuseDisk(why: string, hint: string): never {
  throw new UserError(`${why}: its keys are not written to a disk`, [hint]);
}

const IN_MEMORY = [0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */];

/**
 * The folder for a stack's keys: where they stay off the disks it is in memory, and gone with the user's session.
 * @param why of `offDisk`
 * @throws UserError when there is no such place
 */
export function keyFolder(stack: string, why: string | undefined, runtime = process.env.XDG_RUNTIME_DIR): string {
  const usual = credentialFolder(stack);
  if (why === undefined) return usual;
  if (runtime && isInMemory(runtime)) return credentialFolder(stack, { XDG_STATE_HOME: runtime });
  const hint =
    "XDG_RUNTIME_DIR has to name a folder of yours in memory (tmpfs); a login session has one, /run/user/UID.";
  return refuseDisk(why, hint);
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
