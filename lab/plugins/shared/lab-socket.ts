/** How plugins and commands speak to the lab's daemon: JSON over HTTP on a Unix socket that only its owner can open. */
import { request } from "node:http";

/** The daemon's no, in the cloud's words. */
export class LabError extends Error {
  constructor(
    message: string,
    /** 404 nothing there, 422 refused, 429 asked too often, 500 the lab's own failure. */
    readonly status: number,
  ) {
    super(message);
    this.name = "LabError";
  }
}

/**
 * One question and its answer. There is no limit of time but the signal's: a machine takes as long as it takes to start.
 * @throws LabError when the daemon says no, Error when it does not answer.
 */
export function ask<T>(
  socketPath: string,
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = request(
      { socketPath, method, path, signal, agent: false, headers: { "content-type": "application/json" } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          const status = answer.statusCode ?? 500;
          const value: unknown = text === "" ? undefined : JSON.parse(text);
          if (status < 300)
            resolve(value as T); // The caller names the form that the daemon gives this answer.
          else reject(new LabError((value as { error?: string } | undefined)?.error ?? `status ${status}`, status));
        });
      },
    );
    call.on("error", (error) =>
      reject(
        signal?.aborted ? error : new Error(`the lab's daemon does not answer at ${socketPath}: ${error.message}`),
      ),
    );
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
