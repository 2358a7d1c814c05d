/** Values that must be in no command line, no history and on no screen. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../tools/errors";
import { type Terminal, terminal } from "./ask";

/** @throws UserError when there is no value: on a terminal an empty line, else an empty standard input */
export async function secretValue(what: string, at: Terminal = terminal()): Promise<Buffer> {
  const value = at.input.isTTY ? Buffer.from(await askHidden(`${what} (not shown): `, at)) : await piped(at.input);
  if (value.length > 0) return value;
  throw new UserError(`there is no value for ${what}`, [
    "Type it on a terminal, or give it by standard input: ... < FILE",
  ]);
}

/** One line of the user's that no terminal shows; "" when there is none to come. */
export async function askHidden(question: string, at: Terminal = terminal()): Promise<string> {
  // The line editor shows what is typed by writing it; the question and the line's end are written past it.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: at.input, output: nowhere, terminal: true, historySize: 0 });
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await new Promise<string>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(""));
      at.output.write(question);
    });
  } finally {
    lines.close();
    at.output.write("\n");
  }
}

/** The end of a single line is not part of it: `echo` wrote it. Text of several lines, such as a key, is taken as it is. */
async function piped(input: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of input) parts.push(Buffer.from(part));
  const all = Buffer.concat(parts);
  const end = all.indexOf("\n");
  if (end === -1 || end !== all.length - 1) return all;
  return all.subarray(0, all[end - 1] === "\r".charCodeAt(0) ? end - 1 : end);
}
