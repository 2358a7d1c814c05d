/** What every figure uses: a clock, a median, and a page that has to be served before a time counts. */
import { request } from "node:https";
import { cpus, loadavg } from "node:os";
import { sleep } from "../tools/processes";

/** A part of a deployment and when it ended, in seconds since the beginning. */
export interface Phase {
  name: string;
  at: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The value that this share of all does not exceed: 0.99 for the 99th percentile. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export const round = (value: number, digits = 2) => Number(value.toFixed(digits));

/** Seconds that some work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** By when nodes that have just booted are done with it, in seconds. */
const SETTLED_AFTER = 180;

/** Waits until the machine has nothing more to do than what a figure would be called noisy for (figures.ts); says so when it never does. */
export async function settled(say: (words: string) => void): Promise<void> {
  const deadline = Date.now() + SETTLED_AFTER * 1000;
  const load = () => loadavg()[0] ?? 0;
  while (load() > cpus().length / 2) {
    if (Date.now() > deadline) return say(`the machine does not settle: its load is ${round(load())}`);
    await sleep(1000);
  }
}

/** Waits until a page is served with a certificate of this authority; names of .localhost are this machine. */
export async function pageAnswers(url: string, ca: string, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const status = await statusOf(url, ca).catch((error: Error) => error.message);
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`${url} is not served: ${status}`);
    await sleep(100);
  }
}

function statusOf(url: string, ca: string): Promise<number | undefined> {
  const { hostname, port, pathname } = new URL(url);
  const options = {
    host: "127.0.0.1",
    servername: hostname,
    port: port || 443,
    path: pathname,
    ca,
    headers: { host: hostname },
    timeout: 2000,
  };
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", reject).end();
  });
}
