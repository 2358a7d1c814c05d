/** The cluster's HTTPS APIs: a request at all addresses at once, of which the first good answer counts. */
import type { IncomingMessage } from "node:http";
import { request, type RequestOptions } from "node:https";
import { messageOf } from "../../tools/errors";

/** Who asks, and whom. */
export interface Api {
  /** "https://HOST:PORT"; several are the same API at several managers. */
  origins: readonly string[];
  tls: Pick<RequestOptions, "ca" | "cert" | "key">;
  headers?: Record<string, string>;
}

/** An answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

const TIMEOUT_MS = 5_000;

/** A request that writes. It comes as often as there are addresses: only for what may be said twice. */
export interface Change {
  method: "PUT" | "DELETE";
  body?: string;
}

/** The JSON of an answer. @throws Error of one line that names no secret */
export async function getJson<T>(api: Api, path: string, timeoutMs = TIMEOUT_MS): Promise<T> {
  return JSON.parse(await textOf(await open(api, path, timeoutMs))) as T;
}

/** Writes, and gives what was answered. @throws Error of one line that names no secret */
export async function change(api: Api, path: string, what: Change): Promise<string> {
  return textOf(await open(api, path, TIMEOUT_MS, what));
}

/**
 * Asks all addresses at once, for a dead manager may be the first of them. Gives the first good answer, its body still to be read; the
 * others are given up.
 * @param timeoutMs until something comes, at the beginning and between two parts; 0: an answer that may be silent for ever
 */
export async function open(api: Api, path: string, timeoutMs = TIMEOUT_MS, change?: Change): Promise<IncomingMessage> {
  const tries = api.origins.map((origin) => ask(origin, api, path, timeoutMs, change));
  try {
    const first = await Promise.any(tries.map(({ answer }, index) => answer.then((message) => ({ message, index }))));
    tries.forEach(({ giveUp }, index) => index !== first.index && giveUp());
    return first.message;
  } catch (error) {
    // What an API says is worth more than that another one was not reached.
    const all = (error as AggregateError).errors as unknown[];
    throw all.find((each) => each instanceof ApiError) ?? all[0] ?? error;
  }
}

/**
 * Sends JSON to the addresses one after the other, until one answers: several at once would do it several times.
 * @throws ApiError when it is refused; Error of one line that names no secret
 */
export async function postJson<T>(api: Api, path: string, value: unknown): Promise<T> {
  const headers = { ...api.headers, "content-type": "application/json" };
  const sent: Sent = { method: "POST", body: JSON.stringify(value) };
  const errors: unknown[] = [];
  for (const origin of api.origins) {
    try {
      return JSON.parse(await textOf(await ask(origin, { ...api, headers }, path, TIMEOUT_MS, sent).answer)) as T;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      errors.push(error);
    }
  }
  throw errors[0];
}

/** Without it, a request is a question. */
interface Sent {
  method?: Change["method"] | "POST";
  body?: string;
}

function ask(origin: string, { tls, headers }: Api, path: string, timeoutMs: number, { method, body }: Sent = {}) {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  const call = request({ host, port, path, method, headers, ...tls, timeout: timeoutMs || TIMEOUT_MS, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    call.on("response", (message) => {
      if (timeoutMs === 0) call.setTimeout(0);
      if (message.statusCode === 200 || message.statusCode === 201) return resolve(message);
      textOf(message).then((text) => reject(refusal(message.statusCode ?? 0, text)), reject);
    });
    call.on("timeout", () => call.destroy(new Error(`nothing within ${(timeoutMs || TIMEOUT_MS) / 1000} s`)));
    call.on("error", (error) => reject(new Error(`${origin}: ${messageOf(error)}`)));
    call.end(body);
  });
  return { answer, giveUp: () => void call.destroy() };
}

/** Docker says it as JSON, Consul as text; either on one line. */
function refusal(status: number, text: string): ApiError {
  const words = ((): string => {
    try {
      return (JSON.parse(text) as { message?: string }).message ?? text;
    } catch {
      return text;
    }
  })();
  return new ApiError(status, `${status} ${words.trim().replace(/\s+/g, " ").slice(0, 300)}`.trim());
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of message.setEncoding("utf8")) text += part as string;
  return text;
}
