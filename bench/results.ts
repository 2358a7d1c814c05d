/** bench/results.json: every figure with what it was measured on, and the table that is printed. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as prettier from "prettier";
import { checkout } from "../tools/paths";
import { round } from "./measure";

export const RESULTS = path.join(__dirname, "results.json");

/** A figure as it was measured. */
export interface Figure {
  title: string;
  value: number;
  unit: "ratio" | "ms" | "s";
  /** Highest value that is good; a figure without one is told, not judged. */
  target?: number;
  /** What the value was made from. */
  details: Record<string, unknown>;
}

/** When and on what a figure was measured: figures of one file may come from several runs. */
export interface Circumstances {
  date: string;
  commit: string;
  /** Whether the checkout had changes that are in no commit. */
  changed: boolean;
  cores: number;
  memoryGiB: number;
  /** Processes that wanted to run in the minute before the bench began, on average: it makes load itself. */
  load: number;
  /** Containers of other clusters that ran beside: then figures are noisy. */
  otherContainers: number;
}

const loadBefore = round(os.loadavg()[0] ?? 0);

export function circumstances(otherContainers: number): Circumstances {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, encoding: "utf8" }).trim();
  return {
    date: new Date().toISOString(),
    commit: git("rev-parse", "--short=12", "HEAD"),
    changed: git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results.json") !== "",
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    load: loadBefore,
    otherContainers,
  };
}

export const isNoisy = ({ load, cores, otherContainers }: Circumstances) => otherContainers > 0 || load > cores / 2;

/** Puts one figure into the file; the others keep what they were measured with. */
export async function keep(name: string, figure: Figure, measured: Circumstances): Promise<void> {
  const before = fs.existsSync(RESULTS) ? (JSON.parse(fs.readFileSync(RESULTS, "utf8")) as object) : {};
  const entries = Object.entries({ ...before, [name]: { ...figure, measured } });
  const sorted = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  // The file is in the repository, whose format is checked.
  const config = await prettier.resolveConfig(RESULTS);
  fs.writeFileSync(RESULTS, await prettier.format(JSON.stringify(sorted), { ...config, parser: "json" }));
}

/** "1 First up / script ............ 1.21 (<= 1.3)  good" */
export function figureLine(name: string, { title, value, unit, target }: Figure): string {
  const words = `${name.padEnd(14)} ${title} `.padEnd(86, ".");
  const shown = `${round(value, unit === "ms" ? 0 : 2)}${unit === "ratio" ? "" : ` ${unit}`}`;
  if (target === undefined) return `${words} ${shown}`;
  const bound = unit === "ratio" ? target : `${target} ${unit}`;
  return `${words} ${shown} (<= ${bound})  ${value <= target ? "good" : "MISSED"}`;
}
