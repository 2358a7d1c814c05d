/** Figure 8: commands of `storm` that ask nobody, from the start of their process to its end. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkout } from "../tools/paths";
import type { Figure } from "./figures";
import { median, round } from "./measure";

const COMMANDS = [
  { args: ["--help"], title: "`storm --help`", unit: "ms", target: 400, of: 1 },
  { args: ["validate"], title: "`storm validate` of the default storm.yml", unit: "s", target: 1.5, of: 1000 },
] as const;

/** @param runs of each command, after a first one that fills the compiler's cache */
export function commandFigures(runs: number): Record<string, Figure> {
  return Object.fromEntries(
    COMMANDS.map(({ args, title, unit, target, of }) => {
      milliseconds(args);
      const took = Array.from({ length: runs }, () => milliseconds(args) / of);
      const details = { runs: took.map((value) => round(value)) };
      return [`8 ${args[0].replace("--", "")}`, { title, value: median(took), unit, target, details }];
    }),
  );
}

function milliseconds(args: readonly string[]): number {
  const began = performance.now();
  const child = spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), ...args], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`storm ${args.join(" ")} ended with ${child.status}\n${child.stderr}`);
  return performance.now() - began;
}
