/** Waiting for what others do in their own time. */
import { sleep } from "./processes";

/** Between two looks, in milliseconds. */
const PAUSE_MS = 250;

/** Polls `check` until it returns something other than undefined; says what it saw last when the time is up. */
export async function eventually<T>(seconds: number, what: string, check: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last = "nothing";
  for (;;) {
    try {
      const found = await check();
      if (found !== undefined) return found;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s; last seen: ${last}`);
    await sleep(PAUSE_MS);
  }
}

/** Throws what was seen, for {@link eventually} to report. */
export function notYet(seen: unknown): never {
  throw new Error(typeof seen === "string" ? seen : JSON.stringify(seen));
}
