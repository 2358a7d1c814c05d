/** Opens SSH connections, again and again until the server answers or the limit is reached. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import { Client } from "ssh2";
import { isMap } from "../shared/fields";
import type { Call } from "../shared/resource";
import type { ValueMap } from "../shared/values";
import { endpoint, type Endpoint } from "./connection";

const FIRST_DELAY_MS = 100;
const BACKOFF = 1.5;
const LONGEST_DELAY_MS = 5_000;

/** A connected client; `close` ends it and, with a proxy, the connection to that as well. */
export interface Connection {
  readonly client: Client;
  close(): void;
}

/** Connects to the server of a `connection` input, through its proxy if it names one. */
export async function dial(call: Call, settings: ValueMap): Promise<Connection> {
  const target = await endpoint(settings);
  const proxySettings = settings["proxy"];
  if (!isMap(proxySettings)) {
    const client = await retry(call, "Dial", target.dialErrorLimit, () => connect(target, call.deadline));
    return { client, close: () => client.end() };
  }
  try {
    const proxy = await endpoint(proxySettings);
    const bridge = await retry(call, "Dial proxy", proxy.dialErrorLimit, () => connect(proxy, call.deadline));
    try {
      const client = await retry(call, "Dial from proxy", target.dialErrorLimit, async () =>
        connect(target, call.deadline, await forward(bridge, target)),
      );
      return {
        client,
        close: () => {
          client.end();
          bridge.end();
        },
      };
    } catch (error) {
      bridge.end();
      throw error;
    }
  } catch (error) {
    throw new Error(`proxy: ${messageOf(error)}`);
  }
}

async function retry<T>(call: Call, what: string, limit: number, attempt: () => Promise<T>): Promise<T> {
  let delay = FIRST_DELAY_MS;
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (limit > -1 && failures > limit) {
        throw new Error(`after ${failures - 1} failed attempts: ${messageOf(error)}`);
      }
      call.log.status(`${what} ${failures}/${limit === -1 ? "inf" : limit} failed: retrying`);
    }
    await sleep(delay, undefined, { signal: call.deadline }).catch(() => {
      throw ended(call.deadline);
    });
    delay = Math.min(delay * BACKOFF, LONGEST_DELAY_MS);
  }
}

function connect({ config }: Endpoint, signal: AbortSignal, sock?: Duplex): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const abort = (): void => {
      client.destroy();
      reject(ended(signal));
    };
    signal.addEventListener("abort", abort, { once: true });
    const settled = (): void => {
      signal.removeEventListener("abort", abort);
      client.removeAllListeners("error").on("error", () => undefined);
    };
    client.once("ready", () => {
      settled();
      resolve(client);
    });
    client.once("error", (error) => {
      settled();
      client.destroy();
      reject(new Error(describe(error)));
    });
    client.once("close", () => reject(new Error("ssh: handshake failed: connection closed")));
    client.on("keyboard-interactive", (_name, _text, _language, prompts, finish) =>
      finish(prompts.map(() => String(config.password ?? ""))),
    );
    client.connect(sock ? { ...config, sock } : config);
  });
}

function forward(bridge: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bridge.forwardOut("127.0.0.1", 0, host, port, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

function ended(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  const late = reason instanceof Error && reason.name === "TimeoutError";
  return new Error(late ? "context deadline exceeded" : "context canceled");
}

/** The official plugin's words for the failures one meets in practice. */
function describe(error: Error): string {
  if (error.message.includes("verification failed")) {
    return "ssh: handshake failed: ssh: host key mismatch";
  }
  if (error.message.includes("All configured authentication methods failed")) {
    return "ssh: handshake failed: ssh: unable to authenticate, no supported methods remain";
  }
  const code = (error as NodeJS.ErrnoException).code;
  return code?.startsWith("E") ? `dial tcp: ${error.message}` : `ssh: handshake failed: ${error.message}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
