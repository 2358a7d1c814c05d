/** What the lab is made of: a program, ports, patience. */
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Tries until it works. */
export async function until<T>(step: () => Promise<T>, what: string, seconds = 30): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(100)) {
    try {
      return await step();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what} did not come: ${String(error)}`);
    }
  }
}

/** Ports of 127.0.0.1 that nobody has at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port); // a TCP server has one
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
