import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian keeps dockerd, sshd and debootstrap where an ordinary user's PATH does not look. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The first executable of this name on PATH or in the system's own folders. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(env.PATH ?? "").split(delimiter), ...systemFolders].filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
