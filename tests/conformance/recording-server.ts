/** An SSH server that runs nothing and records how far a client came. */
import type { AddressInfo } from "node:net";
import { Server } from "ssh2";

export interface RecordingServer {
  readonly port: number;
  /** In order: `connected`, then for each attempt `auth <method>`, `session`, `exec <command>`. */
  readonly events: readonly string[];
  stop(): Promise<void>;
}

/** Listens with the given private host key and lets everybody in. */
export async function startRecordingServer(hostKey: string): Promise<RecordingServer> {
  const events: string[] = [];
  const server = new Server({ hostKeys: [hostKey] }, (client) => {
    events.push("connected");
    client.on("error", () => undefined);
    client.on("authentication", (attempt) => {
      events.push(`auth ${attempt.method}`);
      attempt.accept();
    });
    client.on("session", (accept) => {
      events.push("session");
      accept().on("exec", (acceptExec, _reject, { command }) => {
        events.push(`exec ${command}`);
        const channel = acceptExec();
        channel.exit(0);
        channel.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    events,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
