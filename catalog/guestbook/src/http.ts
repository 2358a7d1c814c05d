import type { IncomingMessage, ServerResponse } from "node:http";
import { contentSecurityPolicy } from "./page";

/** Far above the longest entry, far below what would hurt. */
const MAX_BODY = 16 * 1024;
const BODY_TIMEOUT_MS = 5000;

/** An answer that ends a request, with a text fit for the writer. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Sends a whole answer, with the headers that every answer has. */
export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...headers,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(response, status, "application/json", `${JSON.stringify(body)}\n`, headers);
}

/** The request's body as text. Throws HttpError if it is too long, too slow or cut off. */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) throw new HttpError(413, `at most ${MAX_BODY} bytes`);
  const timer = setTimeout(() => request.destroy(), BODY_TIMEOUT_MS);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY) throw new HttpError(413, `at most ${MAX_BODY} bytes`);
      chunks.push(chunk);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(400, "the body is not whole, or not text in UTF-8");
  } finally {
    clearTimeout(timer);
  }
}

/** The body's type, without its parameters. */
export function contentType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** A browser says where a form comes from; one from another site must not write in this visitor's name. */
export function isForeign(request: IncomingMessage): boolean {
  const site = request.headers["sec-fetch-site"];
  if (typeof site === "string") return site !== "same-origin" && site !== "none";
  const { origin, host } = request.headers;
  return origin !== undefined && origin.replace(/^https?:\/\//, "") !== host;
}
