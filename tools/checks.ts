import { join } from "node:path";
import { messageOf } from "./errors";
import { checkout } from "./paths";
import { runGroup } from "./program-group";
import { stepLine } from "./report";
import type { JestSurroundings } from "./run-jest";
import { shellScripts } from "./shell-scripts";
import type { Counts } from "./test-runs";

/** Type check, lint, format and shellcheck: one test each. They yield to whatever else runs. */
export async function runChecks({ env, output, signal }: JestSurroundings): Promise<Counts> {
  const bin = (name: string) => join(checkout, "node_modules", ".bin", name);
  const checks: [title: string, program: string, args: string[]][] = [
    ["Type check", bin("tsc"), ["--noEmit"]],
    ["Lint", bin("eslint"), [".", "--max-warnings", "0"]],
    ["Format", bin("prettier"), ["--check", "--log-level", "warn", "."]],
    ["Shell scripts", "shellcheck", shellScripts(checkout)],
  ];
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [title, program, args] of checks) {
    const began = Date.now();
    const said: string[] = [];
    const onOutput = (text: string) => void said.push(text);
    const problem = await runGroup(program, args, { env, signal, onOutput, yielding: true }).then(
      (code) => (code === 0 ? undefined : said.join("")),
      messageOf,
    );
    signal.throwIfAborted();
    counts[problem === undefined ? "passed" : "failed"]++;
    output.write(stepLine(output, title, problem === undefined ? "ok" : "fail", Date.now() - began));
    if (problem !== undefined) output.write(problem.trimEnd() + "\n");
  }
  return counts;
}
