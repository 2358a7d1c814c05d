/** How a command ends when it fails: what is printed, and the exit code. */
import { type Command, Option } from "commander";
import { formatError, UserError } from "../tools/errors";

/** docs/commands.md has them too. */
export const EXIT_CODES = {
  0: "done; of `status`: the cluster is whole; of `validate`: no errors; of `ci drift`: there is none",
  1: "it failed, or what was looked at is not in order",
  2: "the command line is wrong",
  130: "interrupted",
} as const;
const WRONG_COMMAND_LINE = 2;

export const DEBUG = "--debug";

/** Options of these are somebody else's. */
const PASSES_OPTIONS_ON = ["pulumi", "bench", "visit"];

/** The end of `storm --help`. */
export function exitCodesHelp(): string {
  const lines = Object.entries(EXIT_CODES).map(([code, words]) => `  ${code.padStart(3)}  ${words}`);
  return ["", "Exit codes:", ...lines, "  `ssh` and `pulumi` end with the code of what they run."].join("\n");
}

/** `--debug` on the program and, without a line in their help, on its commands. */
export function addDebug(storm: Command): void {
  const words = "with the stack trace of an error";
  storm.option(DEBUG, words);
  const add = (command: Command): void => {
    if (PASSES_OPTIONS_ON.includes(command.name())) return;
    command.addOption(new Option(DEBUG, words).hideHelp());
    command.commands.forEach(add);
  };
  storm.commands.forEach(add);
}

/** @returns what to print, "" for what commander has printed already, and the exit code */
export function failure(error: unknown, args: readonly string[]): { text: string; code: number } {
  const { exitCode, code } = error as { exitCode?: number; code?: unknown };
  // An engine's error has a number for its code.
  if (typeof code === "string" && code.startsWith("commander."))
    return { text: "", code: exitCode === 0 ? 0 : WRONG_COMMAND_LINE };
  const debug = args.includes(DEBUG);
  const where = error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : "";
  // A user's mistake needs no trace; anything else may be ours.
  const hint = error instanceof UserError ? "" : `  ${DEBUG} shows where it comes from\n`;
  return { text: `${formatError(error)}\n${debug ? where : hint}`, code: exitCode ?? 1 };
}

export function wrongCommandLine(message: string, hints: readonly string[] = []): UserError {
  return new UserError(message, hints, WRONG_COMMAND_LINE);
}
