/** Output that nobody reads any more, as of `storm plan | head -1`. */

const closed = new AbortController();

/** Aborted then: what would print for ever has nobody left to print for. */
export const nobodyReads: AbortSignal = closed.signal;

/** Makes it no error. Everything else goes on to its end unheard, with its exit code: it may be changing a cluster. */
export function allowClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (stream === process.stdout) closed.abort();
    });
  }
}
