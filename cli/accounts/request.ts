/** One question to a cloud's API. */

/** Whose answer is waited for no longer. */
const TIMEOUT_MS = 15_000;

export interface Answer {
  status: number;
  text: string;
}

/** Nobody answered: that says nothing about a credential. */
export class NoAnswer extends Error {
  constructor(host: string, cause: unknown) {
    super(`${host} does not answer`, { cause });
    this.name = "NoAnswer";
  }
}

/** Redirects are not followed, so that a credential goes nowhere else. @throws NoAnswer */
export async function request(
  method: "GET" | "POST" | "DELETE",
  url: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, { method, headers, body, redirect: "manual", signal });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw new NoAnswer(new URL(url).host, error);
  }
}

/** The JSON of an answer; undefined when it is none. */
export function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
