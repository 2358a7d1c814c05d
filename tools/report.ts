import { stripVTControlCharacters } from "node:util";
import { type Foot, footOf, writeAbove } from "./foot";

/** Where lines go. Tests give their own. */
export interface Output {
  write(text: string): void;
  readonly colour: boolean;
  /** Only a terminal has one. */
  readonly foot?: Foot;
}

/** A stream as an Output; colours and a foot only on a terminal that can do it, and no colours under NO_COLOR. */
export function streamOutput(stream: NodeJS.WriteStream): Output {
  const terminal = stream.isTTY === true && process.env.TERM !== "dumb";
  return {
    colour: terminal && !process.env.NO_COLOR,
    write: (text) => writeAbove(stream, text),
    ...(terminal ? { foot: footOf(stream) } : {}),
  };
}

export type Outcome = "ok" | "fail" | "skip" | "warn";

/** What takes longer says so each time this has passed. */
export const REMINDER_MS = 15_000;

const width = 36;
const codes = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;

/** Text in a colour, where the output shows colours. */
export function paint(output: Output, colour: keyof typeof codes, text: string): string {
  return output.colour ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}

/** "Launching instances ............. [ ok ]  1.2s": the line the seed of Storm promised. */
export function stepLine(output: Output, title: string, outcome: Outcome, milliseconds?: number): string {
  const label = { ok: "ok", fail: "fail", skip: "skip", warn: "warn" }[outcome];
  const colour = ({ ok: "green", fail: "red", skip: "dim", warn: "yellow" } as const)[outcome];
  const bracket = outcome === "ok" ? `[ ${label} ]` : `[${label}]`;
  const dots = ".".repeat(Math.max(3, width - stripVTControlCharacters(title).length - 1));
  const time = milliseconds === undefined ? "" : `  ${seconds(milliseconds)}`;
  return `${title} ${paint(output, "dim", dots)} ${paint(output, colour, bracket)}${paint(output, "dim", time)}\n`;
}

/** 0.1s, 12.3s, 2m05s. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 119_950) return `${(milliseconds / 1000).toFixed(1)}s`;
  const whole = Math.round(milliseconds / 1000);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}
