import { readFileSync } from "node:fs";

/** Most memory that one Go build of ours was seen to take (Traefik's, with two compilers at work). */
const BYTES_PER_BUILD = 3 * 2 ** 30;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Runs a build as soon as there is memory for it: one always, more side by side where all of them find their own. One that has just begun
 * has taken nothing yet, so each that runs counts whole.
 */
export async function withBuildSlot<T>(build: () => Promise<T>, freeBytes: () => number = availableMemory): Promise<T> {
  while (running > 0 && freeBytes() < (running + 1) * BYTES_PER_BUILD)
    await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await build();
  } finally {
    running -= 1;
    waiting.splice(0).forEach((go) => go());
  }
}

/** What the kernel thinks can be had without swapping. */
function availableMemory(): number {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}
