/** What a figure is, when it is noisy, and how it is printed. */
import * as path from "node:path";
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

export const isNoisy = ({ load, cores, otherContainers }: Circumstances) => otherContainers > 0 || load > cores / 2;

/** "1 First up / script ............ 1.21 (<= 1.3)  good" */
export function figureLine(name: string, { title, value, unit, target }: Figure): string {
  const words = `${name.padEnd(14)} ${title} `.padEnd(86, ".");
  const shown = `${round(value, unit === "ms" ? 0 : 2)}${unit === "ratio" ? "" : ` ${unit}`}`;
  if (target === undefined) return `${words} ${shown}`;
  const bound = unit === "ratio" ? target : `${target} ${unit}`;
  return `${words} ${shown} (<= ${bound})  ${value <= target ? "good" : "MISSED"}`;
}
