import { type Output, streamOutput } from "../tools/report";

export const out = (): Output => streamOutput(process.stdout);

/** For what set-up and progress say while standard output is read by a program or a shell. */
export const err = (): Output => streamOutput(process.stderr);

export const outputFor = (options: { json?: boolean }): Output => (options.json ? err() : out());
