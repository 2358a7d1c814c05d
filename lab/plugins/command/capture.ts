/** Collects what a process writes, and passes whole lines on to the engine's log while it runs. */
import { StringDecoder } from "node:string_decoder";
import type { Value } from "../shared/values";
import type { Log } from "../shared/resource";

export type Stream = "stdout" | "stderr";

export class Capture {
  private readonly chunks: { readonly stream: Stream; readonly data: Buffer }[] = [];
  private readonly lines: Record<Stream, { decoder: StringDecoder; rest: string }> = {
    stdout: { decoder: new StringDecoder(), rest: "" },
    stderr: { decoder: new StringDecoder(), rest: "" },
  };

  constructor(
    private readonly log: Log,
    private readonly logging: Value | undefined,
  ) {}

  add(stream: Stream, data: Buffer): void {
    this.chunks.push({ stream, data });
    if (!this.shows(stream)) {
      return;
    }
    const state = this.lines[stream];
    const parts = (state.rest + state.decoder.write(data)).split("\n");
    state.rest = parts.pop() ?? "";
    parts.forEach((line) => this.log.status(line));
  }

  /** Logs a last line without its newline. */
  end(): void {
    for (const state of Object.values(this.lines)) {
      if (state.rest !== "") {
        this.log.status(state.rest);
        state.rest = "";
      }
    }
  }

  /** One stream as the output property holds it: without one final newline. */
  output(stream: Stream): string {
    return this.text((chunk) => chunk.stream === stream).replace(/\n$/, "");
  }

  /** Both streams as they came, for error texts. */
  interleaved(): string {
    return this.text(() => true);
  }

  private text(wanted: (chunk: { stream: Stream }) => boolean): string {
    return Buffer.concat(this.chunks.filter(wanted).map(({ data }) => data)).toString("utf8");
  }

  private shows(stream: Stream): boolean {
    return this.logging === undefined || this.logging === "stdoutAndStderr" || this.logging === stream;
  }
}

/** The environment of a run: the given one, and the previous run's output unless that is switched off. */
export function previousOutput(
  settings: { [name: string]: Value },
  previous: { [name: string]: Value },
): Record<string, string> {
  if (settings["addPreviousOutputInEnv"] === false) {
    return {};
  }
  const { stdout, stderr } = previous;
  return {
    ...(typeof stdout === "string" && stdout !== "" ? { PULUMI_COMMAND_STDOUT: stdout } : {}),
    ...(typeof stderr === "string" && stderr !== "" ? { PULUMI_COMMAND_STDERR: stderr } : {}),
  };
}
