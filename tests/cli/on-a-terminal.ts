/** A terminal of the system's own, which shows what is typed unless it is told not to. */
import { spawn } from "node:child_process";

/** Arguments: JSON of [question, answer] pairs, then the program. Prints what the terminal showed; ends with the program's code. */
const SCRIPT = `
import json, os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, seen = b"", 0
for question, answer in json.loads(sys.argv[1]):
    while question.encode() not in shown[seen:]:
        part = os.read(terminal, 4096)
        if not part:
            sys.exit(f"no question {question!r} in {shown!r}")
        shown += part
    seen = len(shown)
    os.write(terminal, answer.encode() + (b"" if answer == chr(3) else b"\\r"))
try:
    while part := os.read(terminal, 4096):
        shown += part
except OSError:
    pass  # the program has closed it
sys.stdout.write(shown.decode())
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

export interface OnTerminal {
  shown: string;
  errors: string;
  status: number | null;
}

/** Runs a program there and answers its questions, each when it is asked; Ctrl-C as an answer is that key alone. */
export function onATerminal(
  program: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
  { cwd, env = process.env }: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<OnTerminal> {
  const child = spawn("python3", ["-c", SCRIPT, JSON.stringify(answers), ...program], { cwd, env });
  let shown = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (shown += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (errors += part));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ shown: shown.replaceAll("\r", ""), errors, status }));
  });
}
