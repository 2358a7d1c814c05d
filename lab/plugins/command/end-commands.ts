/** Ends what runs on a server over one connection: closing the connection alone would leave it running. */
import type { Client } from "ssh2";

const LIMIT_MS = 1_500;

/**
 * Kills the process groups of the connection's other commands, which have the same parent as this one. SSH's own signal
 * request would be simpler, but OpenSSH refuses it for root. Needs nothing but a shell and /proc.
 */
const SCRIPT = [
  "for file in /proc/[0-9]*/stat; do",
  `  read -r pid name state parent rest < "$file" || continue`,
  `  if [ "$parent" = "$PPID" ] && [ "$pid" != "$$" ]; then kill -KILL "-$pid"; fi`,
  "done 2> /dev/null",
].join("\n");

/** Resolves when the server has done it, or after a short time when it does not answer. */
export function endCommands(client: Client): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, LIMIT_MS);
    try {
      client.exec(`exec sh -c '${SCRIPT}'`, (error, channel) => {
        if (error) {
          resolve();
          return;
        }
        channel.on("close", () => resolve()).resume();
        channel.stderr.resume();
      });
    } catch {
      // The connection is gone already, and with it the only way to the command.
      resolve();
    }
  });
}
