import type { EngineEvent } from "@pulumi/pulumi/automation";

/** Ends an engine's run, in good order, when who watches its events throws. */
export class Objector {
  private readonly controller = new AbortController();
  private objection: unknown;

  constructor(private readonly watch: (event: EngineEvent) => void = () => undefined) {}

  /** Of the run. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  look(event: EngineEvent): void {
    if (this.signal.aborted) return;
    try {
      this.watch(event);
    } catch (error) {
      this.objection = error;
      this.controller.abort();
    }
  }

  /** When the run is over. @throws what the watch threw */
  check(): void {
    if (this.signal.aborted) throw this.objection;
  }
}
