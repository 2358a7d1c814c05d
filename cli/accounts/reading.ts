/** A question that a credential is checked by: it reads, and changes nothing. */
import type { Finding, Judge } from "./finding";
import { jsonOf, NoAnswer, request } from "./request";

/** Variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Reading {
  url: string;
  token: string;
  /** "DigitalOcean refuses it" */
  whose: string;
  /** What works, where the thing itself is not there yet: "the token". */
  what: string;
  /** Of a good answer. */
  words: (answer: Record<string, unknown>) => string;
  /** Of another one: its code. */
  code: (answer: Record<string, unknown> | undefined) => string | undefined;
  /** What it is no fault of the credential to lack, for the deployment makes it. */
  mayLack?: string;
}

/** How the answer to a token is judged. @throws NoAnswer */
export async function read(say: Judge, { url, token, whose, what, words, code, mayLack }: Reading): Promise<Finding> {
  const { status, text } = await request("GET", url, { authorization: `Bearer ${token}` });
  const answer = jsonOf(text);
  if (status === 200 && answer !== undefined) return say("ok", words(answer));
  if (status === 404 && mayLack !== undefined) return say("ok", `${what} works; ${mayLack} is not there yet`);
  return say("fail", `${whose} refuses it: ${code(answer) ?? `status ${status}`}`);
}

/** That nobody answered says nothing about a credential. */
export async function orUnchecked(say: Judge, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof NoAnswer) return say("warn", `not checked: ${error.message}`);
    throw error;
  }
}
