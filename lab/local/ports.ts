/** Choice of ports on 127.0.0.1 for services that this machine's user reaches. */
import { createServer } from "node:net";

/** Nobody listens on this port, as far as this process may know. */
export type IsFree = (port: number) => Promise<boolean>;

/** A port of a service, published on 127.0.0.1. */
export interface PublishedPort {
  /** Key of the chosen port in the outputs. */
  name: string;
  /** Port inside the container. */
  container: number;
  /** Ports to try first, in this order. */
  preferred: number[];
}

/** Can 127.0.0.1:port be listened on? Port numbers that need root count as free: Docker, which opens them, is root. */
export function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EACCES"));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that the kernel says is free now. */
export function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * One port number for each name: the one it had, if free, else the first free preferred one, else any. `reserved` are
 * ports of services that are stopped now and come back with them.
 */
export async function choosePorts(
  wanted: readonly PublishedPort[],
  before: Record<string, number>,
  reserved: ReadonlySet<number>,
  isFree: IsFree = canListen,
): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {};
  const taken = new Set(reserved);
  for (const { name, preferred } of wanted) {
    const earlier = before[name];
    const candidates = earlier === undefined ? preferred : [earlier, ...preferred];
    let port: number | undefined;
    for (const candidate of candidates) {
      if (!taken.has(candidate) && (await isFree(candidate))) {
        port = candidate;
        break;
      }
    }
    while (port === undefined) {
      const candidate = await anyPort();
      if (!taken.has(candidate)) port = candidate;
    }
    taken.add(port);
    chosen[name] = port;
  }
  return chosen;
}
