import { join } from "node:path";
import { run } from "../../tools/command";
import { UserError } from "../../tools/errors";

/**
 * Runs a script of this folder as root, in namespaces of its own for mounts and processes: when it ends, or this process
 * dies, all its mounts and processes are gone with it.
 */
export async function runConfined(script: string, env: Record<string, string>, log: string): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new UserError(`${script} makes a root file system, which only root may`, [
      "Run as root, or where Docker can pull debian:bookworm-slim.",
    ]);
  }
  const confine = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  await run("setpriv", [...confine, "sh", join(__dirname, script)], { env: { ...process.env, ...env }, log });
}
