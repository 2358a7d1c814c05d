/** bench/results.json: every figure with what it was measured on. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as prettier from "prettier";
import { Docker } from "../lab/local/docker";
import { checkout } from "../tools/paths";
import { STACK } from "./engine-cluster";
import { type Circumstances, type Figure, RESULTS } from "./figures";
import { median, round } from "./measure";
import type { Built } from "./script-cluster";

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

/** Puts one figure into the file; the others keep what they were measured with. */
export async function keep(name: string, figure: Figure, measured: Circumstances): Promise<void> {
  const before = fs.existsSync(RESULTS) ? (JSON.parse(fs.readFileSync(RESULTS, "utf8")) as object) : {};
  const entries = Object.entries({ ...before, [name]: { ...figure, measured } });
  const sorted = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  // The file is in the repository, whose format is checked.
  const config = await prettier.resolveConfig(RESULTS);
  fs.writeFileSync(RESULTS, await prettier.format(JSON.stringify(sorted), { ...config, parser: "json" }));
}

/** Containers of Storm's clusters that are not ours. */
export async function otherContainers(): Promise<number> {
  const filters = { label: ["storm.cluster"] };
  const found = await new Docker().get<{ Names: string[] }[]>("/containers/json", { filters });
  return found.filter(({ Names }) => !Names.some((name) => name.startsWith(`/storm-${STACK}-`))).length;
}

/** Seconds of each run, and where those of the median one went. */
export function details(all: Built[]): Record<string, unknown> {
  const middle = median(all.map(({ seconds }) => seconds));
  const nearest = [...all].sort((a, b) => Math.abs(a.seconds - middle) - Math.abs(b.seconds - middle))[0];
  return {
    seconds: all.map(({ seconds }) => round(seconds)),
    endOfPhases: Object.fromEntries((nearest?.phases ?? []).map(({ name, at }) => [name, round(at, 1)])),
  };
}
