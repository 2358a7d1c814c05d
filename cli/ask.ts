import { createInterface } from "node:readline";
import { UserError } from "../tools/errors";
import type { Output } from "../tools/report";

/** Where answers come from: the terminal. Tests give their own. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/** The one of this process; standard output is for what a command is asked for. */
export const terminal = (): Terminal => ({ input: process.stdin, output: process.stderr });

export interface AskOptions {
  /** Answers for the user. */
  yes?: boolean;
  /** Ends the wait. */
  signal?: AbortSignal;
  /** Which command this is, for the hint: "storm deploy dev". */
  command: string;
}

/**
 * Says at once that there is nobody to ask, before anything is set up.
 * @throws UserError without a terminal and without --yes
 */
export function needAnswer({ yes, command }: AskOptions, { input }: Terminal = terminal()): void {
  if (yes || input.isTTY) return;
  throw new UserError("this asks before it changes anything, and there is no terminal to ask on", [
    `For scripts: ${command} --yes`,
  ]);
}

/** A question that y or yes answers; everything else is no. */
export async function confirm(question: string, options: AskOptions, at: Terminal = terminal()): Promise<boolean> {
  needAnswer(options, at);
  if (options.yes) return true;
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `, options.signal, at));
}

/** A question that only this word answers: for what cannot be taken back. */
export async function confirmByName(
  question: string,
  word: string,
  options: AskOptions,
  at = terminal(),
): Promise<boolean> {
  needAnswer(options, at);
  return options.yes === true || (await ask(`${question} `, options.signal, at)) === word;
}

/** One line of the user's, without blanks around it; "" when there is none to come. */
export async function ask(
  question: string,
  signal: AbortSignal | undefined,
  at: Terminal = terminal(),
): Promise<string> {
  const lines = createInterface({ input: at.input, output: at.output, prompt: question });
  // The line editor takes a terminal's Ctrl-C for itself; it is meant for the whole command.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await new Promise<string>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("interrupted while asking", { cause: signal.reason })));
      lines.once("line", (line) => resolve(line.trim()));
      lines.once("close", () => resolve(""));
      lines.prompt();
    });
  } finally {
    lines.close();
  }
}

/** What was not done because the answer was no. */
export function declined(output: Output): void {
  output.write("Nothing was changed\n");
  process.exitCode = 1;
}
