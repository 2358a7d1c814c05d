/** Follows Docker's events: which containers of a lab start. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Docker } from "../../local/docker";
import { LABELS } from "./names";

export interface StartListener {
  /** Somebody follows from now on; what started before, nobody told. */
  began(): void;
  /** Machine.id, Balancer.id */
  started(id: string): void;
  say(line: string): void;
}

/** Ends when `signal` says so. Docker may go away meanwhile and come back. */
export async function followStarts(docker: Docker, lab: string, to: StartListener, signal: AbortSignal): Promise<void> {
  const filters = { type: ["container"], event: ["start"], label: [`${LABELS.lab}=${lab}`] };
  const onLine = (line: string) => {
    const event = JSON.parse(line) as { Actor?: { Attributes?: Record<string, string> } };
    const id = event.Actor?.Attributes?.[LABELS.id];
    if (id !== undefined) to.started(id);
  };
  while (!signal.aborted) {
    try {
      await docker.follow("/events", { filters }, () => to.began(), onLine, signal);
    } catch (error) {
      to.say(`Docker's events: ${(error as Error).message}; following them again`);
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}
