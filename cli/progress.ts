import type { DiagnosticEvent, EngineEvent, OpType, PolicyEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { type Output, REMINDER_MS, paint, seconds, stepLine } from "../tools/report";
import { describe, isComponent, partsOf, shortType } from "./describe";
import { footLine } from "./foot-line";

export interface ProgressOptions {
  /** Name of it all: "Deployment". */
  step: string;
  /** Show small resources as well, and the program's debug output. */
  verbose: boolean;
  /** URNs of what there is to do, where that is known beforehand. */
  expected?: ReadonlySet<string>;
}

/** What is done to a resource, when it is not simply being made. */
const verbs: Partial<Record<OpType, string>> = {
  update: "updated",
  delete: "removed",
  "create-replacement": "made anew",
  "delete-replaced": "old one removed",
};

/**
 * Turns the engine's events into lines that a person reads: one for each finished piece of work, errors in full. On a terminal a line with
 * a bar is below them meanwhile.
 */
export class Progress {
  /** Resources that were made, changed or removed. */
  changes = 0;
  errors = 0;
  private small = 0;
  private smallBegan = 0;
  private smallEnded = 0;
  private readonly start: number;
  private readonly began = new Map<string, number>();
  private readonly done = new Set<string>();
  private readonly said = new Set<string>();

  constructor(
    private readonly output: Output,
    private readonly options: ProgressOptions,
    private readonly now: () => number = Date.now,
  ) {
    this.start = now();
  }

  event(event: EngineEvent): void {
    if (event.resourcePreEvent) this.begin(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) this.finish(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent) this.fail(event.resOpFailedEvent.metadata);
    if (event.diagnosticEvent) this.diagnose(event.diagnosticEvent);
    if (event.policyEvent) this.violation(event.policyEvent);
    if (event.summaryEvent) this.close();
    this.draw();
  }

  /** Runs `work` and shows meanwhile that it goes on: at the foot of a terminal, elsewhere by a line each REMINDER_MS. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { foot } = this.output;
    const timer = foot ? setInterval(() => this.draw(), 1000) : setInterval(() => this.remind(), REMINDER_MS);
    this.draw();
    try {
      return await work();
    } finally {
      clearInterval(timer);
      foot?.show("");
    }
  }

  /** Says what has been going on for REMINDER_MS, at most four of it by name. */
  remind(): void {
    const lasting = this.lasting(REMINDER_MS).map(({ title, since }) => `${title} (${seconds(this.now() - since)})`);
    const shown = lasting.length > 4 ? [...lasting.slice(0, 4), `${lasting.length - 4} more`] : lasting;
    const what = shown.length === 0 ? `it, ${seconds(this.now() - this.start)}` : shown.join(", ");
    this.output.write(paint(this.output, "dim", `${this.options.step}: still at ${what}`) + "\n");
  }

  private draw(): void {
    const { foot } = this.output;
    if (foot === undefined) return;
    const { step, expected } = this.options;
    const going = this.lasting(0).map(({ title }) => title);
    const of = expected?.size;
    const milliseconds = this.now() - this.start;
    foot.show(footLine({ step, done: this.done.size, of, milliseconds, going }, foot.width));
  }

  /** What goes on for so long, and has a name for people; what began first comes first. */
  private lasting(milliseconds: number): { title: string; since: number }[] {
    return [...this.began]
      .filter(([, since]) => this.now() - since >= milliseconds)
      .flatMap(([urn, since]) => {
        const { type, name } = partsOf(urn);
        const title = isComponent(type) ? undefined : describe(shortType(type), name);
        return title === undefined ? [] : [{ title, since }];
      });
  }

  /** Says what was counted and not shown one by one. */
  close(): void {
    if (this.small === 0) return;
    this.output.write(
      stepLine(this.output, `Keys and certificates (${this.small})`, "ok", this.smallEnded - this.smallBegan),
    );
    this.small = 0;
  }

  private begin({ urn, op }: StepEventMetadata): void {
    if (isWork(op)) this.began.set(urn, this.now());
  }

  private finish({ urn, op, type }: StepEventMetadata): void {
    this.count(urn, op);
    const began = this.began.get(urn);
    if (began === undefined || !isWork(op)) return;
    this.began.delete(urn);
    if (isComponent(type)) return;
    this.changes++;
    const title = describe(shortType(type), partsOf(urn).name);
    // Nothing happens when a set-up command or a key leaves the state.
    if (isRemoval(op) && /^(command|tls):/.test(type) && !this.options.verbose) return;
    if (title === undefined && !this.options.verbose) return this.countSmall(began);
    // The first visible piece of work comes after the keys that it needs.
    this.close();
    const verb = verbs[op];
    const words = `${title ?? partsOf(urn).name}${verb === undefined ? "" : ` ${verb}`}`;
    this.output.write(stepLine(this.output, words, "ok", this.now() - began));
  }

  /** What is made anew is done when the new one is there. What needs nothing after all was expected all the same. */
  private count(urn: string, op: OpType): void {
    const { expected } = this.options;
    const last = op !== "replace" && op !== "delete-replaced";
    if (last && (expected === undefined ? isWork(op) && !isComponent(partsOf(urn).type) : expected.has(urn)))
      this.done.add(urn);
  }

  private countSmall(began: number): void {
    if (this.small === 0) this.smallBegan = began;
    this.smallEnded = this.now();
    this.small++;
  }

  private fail({ urn, type }: StepEventMetadata): void {
    const { name } = partsOf(urn);
    const began = this.began.get(urn) ?? this.now();
    this.began.delete(urn);
    this.output.write(stepLine(this.output, describe(shortType(type), name) ?? name, "fail", this.now() - began));
  }

  private diagnose({ severity, message, urn, ephemeral }: DiagnosticEvent): void {
    const text = tidy(message);
    if (ephemeral || text === "") return;
    // `debug` is not in the type, yet it comes.
    if ((severity as string) === "debug") return;
    if (severity === "error") return this.error(text, urn);
    if (severity === "warning") return this.say("warning", text);
    this.say(undefined, text);
  }

  private violation({ policyName, enforcementLevel, message }: PolicyEvent): void {
    const text = `policy ${policyName}: ${tidy(message)}`;
    if (enforcementLevel === "mandatory") this.errors++;
    this.say(enforcementLevel === "mandatory" ? "error" : "warning", text);
  }

  private error(text: string, urn: string | undefined): void {
    if (/^(update|destroy|refresh) failed$/.test(text)) return;
    const name = urn === undefined ? "" : partsOf(urn).name;
    const about = name === "" || urn?.includes("pulumi:pulumi:Stack::") ? "" : `${name}: `;
    this.errors++;
    this.say("error", `${about}${text}`);
  }

  private say(kind: "warning" | "error" | undefined, text: string): void {
    const line = kind === undefined ? text : `${kind}: ${text.replace(/^(warning|error): /, "")}`;
    if (this.said.has(line)) return;
    this.said.add(line);
    const colour = kind === "error" ? "red" : "yellow";
    this.output.write((kind === undefined ? line : paint(this.output, colour, line)) + "\n");
  }
}

/** URNs of what a preview has found to do. */
export function workOf(events: readonly EngineEvent[]): ReadonlySet<string> {
  const steps = events.flatMap(({ resourcePreEvent }) => (resourcePreEvent ? [resourcePreEvent.metadata] : []));
  return new Set(steps.filter(({ op, type }) => isWork(op) && !isComponent(type)).map(({ urn }) => urn));
}

/** Colour marks of the engine and blank lines around a message are not part of it. */
export function tidy(message: string): string {
  return message.replace(/<\{%\w*%\}>/g, "").trim();
}

function isRemoval(op: OpType): boolean {
  return op === "delete" || op === "delete-replaced";
}

function isWork(op: OpType): boolean {
  return op in verbs || op === "create" || op === "create-replacement";
}
