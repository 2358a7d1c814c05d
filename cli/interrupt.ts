/** What a repeated signal within this time is: the same Ctrl-C, passed on by npm as well as by the terminal. */
const sameMs = 300;

export interface InterruptHandlers {
  first(): void;
  second(): Promise<void> | void;
}

/** Turns Ctrl-C, SIGTERM and a closed terminal into an AbortSignal; a second one ends the work at once. */
export function onInterrupt(
  handlers: InterruptHandlers,
  now: () => number = Date.now,
  source: Pick<NodeJS.EventEmitter, "on" | "off"> = process,
): {
  signal: AbortSignal;
  dispose: () => void;
} {
  const controller = new AbortController();
  let last = -Infinity;
  const listener = () => {
    const again = now() - last < sameMs;
    last = now();
    if (again) return;
    if (controller.signal.aborted) return void handlers.second();
    handlers.first();
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) source.on(signal, listener);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
