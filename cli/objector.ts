import type { EngineEvent } from "@pulumi/pulumi/automation";
import { UserError } from "../tools/errors";

/** Says what is wrong with an event, if anything is. */
export type Watch = (event: EngineEvent) => string | undefined;

/** Ends an engine's run, in good order, when who watches its events objects to one. */
export class Objector {
  private readonly controller = new AbortController();
  private readonly objections: string[] = [];

  constructor(private readonly watch: Watch = () => undefined) {}

  /** Of the run. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Goes on after the first objection: what the engine had begun beside it, it brings to its end. */
  look(event: EngineEvent): void {
    const objection = this.watch(event);
    if (objection === undefined) return;
    this.objections.push(objection);
    this.controller.abort();
  }

  /** When the run is over. @throws UserError with everything that was objected to */
  check(): void {
    if (this.objections.length === 0) return;
    throw new UserError(`stopped: ${this.objections.join("; ")}`, [
      "What had been begun by then came to its end, and the rest was not begun: the next preview says what is left.",
    ]);
  }
}
