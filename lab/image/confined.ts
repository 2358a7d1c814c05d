import { join } from "node:path";
import { run } from "../../tools/command";

/**
 * Runs a script of this folder as root (`checkMayMakeImages` comes first), in namespaces of its own for mounts and processes: when it ends, or this process
 * dies, all its mounts and processes are gone with it.
 */
export async function runConfined(script: string, env: Record<string, string>, log: string): Promise<void> {
  const confine = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  await run("setpriv", [...confine, "sh", join(__dirname, script)], { env: { ...process.env, ...env }, log });
}
