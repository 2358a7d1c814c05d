import { UserError, messageOf } from "./errors";
import { type Output, REMINDER_MS, paint, seconds, stepLine } from "./report";

/** What a step hands back: its value, and what to call itself in the closing line ("Pulumi engine 3.220.0"). */
export interface StepResult<T> {
  value: T;
  title?: string;
  /** Something the user should know although the step is done. */
  warning?: string;
}

/** Says what a step is doing when that takes time. */
export type Say = (message: string) => void;

export interface StepsOptions {
  /** Print nothing for steps that neither said anything nor failed: for commands whose output is somebody's input. */
  quiet?: boolean;
  now?: () => number;
}

/**
 * Named steps, each begun as soon as what it needs is there, so that everything runs side by side unless it really
 * waits. A failed step fails those that need it, silently: only the cause is shown.
 */
export class Steps {
  private readonly running: Promise<unknown>[] = [];
  private readonly failures: { name: string; error: unknown }[] = [];

  constructor(
    private readonly output: Output,
    private readonly options: StepsOptions = {},
  ) {}

  /** Begins a step. The promise settles with the step; `finish` reports the failures of all. */
  step<T>(name: string, needs: readonly Promise<unknown>[], work: (say: Say) => Promise<StepResult<T>>): Promise<T> {
    const promise = this.begin(name, needs, work);
    this.running.push(promise);
    // Reported by finish(); without this line a failure before finish() would end the process.
    promise.catch(() => undefined);
    return promise;
  }

  private async begin<T>(
    name: string,
    needs: readonly Promise<unknown>[],
    work: (say: Say) => Promise<StepResult<T>>,
  ): Promise<T> {
    await Promise.all(needs);
    const now = this.options.now ?? Date.now;
    const began = now();
    let spoke = false;
    let reminder: NodeJS.Timeout | undefined;
    // The parts of a step that are long remind of themselves: this is for the rest.
    const remind = () => {
      clearTimeout(reminder);
      reminder = setTimeout(() => say(`still at it, ${seconds(now() - began)}`), REMINDER_MS + 1000);
    };
    const say: Say = (message) => {
      spoke = true;
      remind();
      this.output.write(paint(this.output, "dim", `${name}: ${message}`) + "\n");
    };
    remind();
    try {
      const result = await work(say);
      const shown = !this.options.quiet || spoke || result.warning !== undefined;
      const outcome = result.warning === undefined ? "ok" : "warn";
      if (shown) this.output.write(stepLine(this.output, result.title ?? name, outcome, now() - began));
      if (result.warning !== undefined) this.output.write(`  ${result.warning.replace(/\n/g, "\n  ")}\n`);
      return result.value;
    } catch (error) {
      this.failures.push({ name, error });
      this.output.write(stepLine(this.output, name, "fail", now() - began));
      throw error;
    } finally {
      clearTimeout(reminder);
    }
  }

  /** Waits for every step; throws one error that names every failed step and what to do about it. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.running);
    if (this.failures.length === 0) return;
    const lines = this.failures.map(({ name, error }) => `${name}: ${messageOf(error)}`);
    const hints = this.failures.flatMap(({ error }) => (error instanceof UserError ? error.hints : []));
    throw new UserError(lines.join("\n"), [...new Set(hints)]);
  }
}
