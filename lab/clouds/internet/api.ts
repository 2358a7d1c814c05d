/** What the stand-ins of clouds' APIs have in common: a request that has been read whole, an answer of one text. */
import { timingSafeEqual } from "node:crypto";
import type { Challenges } from "./challenges";
import type { Credentials } from "./credentials";

export interface ApiRequest {
  method: string;
  /** Without host and query. */
  path: string;
  query: URLSearchParams;
  authorization: string;
  body: string;
}

export interface ApiAnswer {
  status: number;
  type: "application/json" | "text/xml";
  body: string;
}

export type Api = (request: ApiRequest, records: Challenges, credentials: Credentials) => ApiAnswer;

export function json(status: number, body: unknown): ApiAnswer {
  return { status, type: "application/json", body: JSON.stringify(body) };
}

/** Does not tell by its time how much of a secret was right. */
export function sameSecret(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
