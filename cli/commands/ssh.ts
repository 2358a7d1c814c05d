import { spawn } from "node:child_process";
import { constants } from "node:os";
import { UserError } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { openStack } from "../cluster/access";
import { loginsOf, loginTo } from "../cluster/logins";
import { withSshFiles } from "../cluster/ssh-files";

/**
 * `storm ssh NODE`: a shell on a node, or one command of it, by OpenSSH's client with the key and the host keys of the stack's state.
 * @returns the exit code of the command; 255 where there was no connection
 */
export async function ssh(node: string, command: readonly string[], stack: string, output: Output): Promise<number> {
  const opened = await openStack(stack, output);
  const login = loginTo(node, loginsOf(await opened.resources({ secrets: true })), stack);
  return withSshFiles(node, login, (config) =>
    runSsh(["-F", config, node, ...(command.length > 0 ? ["--"] : []), ...command]),
  );
}

/** The terminal is the client's; its Ctrl-C goes to the command on the node, and what ends this process ends the client first. */
function runSsh(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const client = spawn("ssh", args, { stdio: "inherit" });
    const pass = (signal: NodeJS.Signals) => void client.kill(signal);
    const stay = () => undefined;
    process.on("SIGINT", stay).on("SIGTERM", pass).on("SIGHUP", pass);
    client.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT"
          ? new UserError("there is no ssh on this machine", ["Install OpenSSH's client (Debian: openssh-client)."])
          : error,
      ),
    );
    client.on("exit", (code, signal) => {
      process.off("SIGINT", stay).off("SIGTERM", pass).off("SIGHUP", pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
