import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./paths";

/** Tests counted the way the closing line shows them. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function sum(all: readonly Counts[]): Counts {
  const total = (key: keyof Counts) => all.reduce((before, counts) => before + counts[key], 0);
  return { passed: total("passed"), failed: total("failed"), skipped: total("skipped") };
}

/** The line that CI reads. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Suites that need the engine, a database, the type checker or minutes, each in folders and at ports of its own: side by side. */
const engine = ["acme", "conformance", "enrolment", "guestbook", "policy", "previews", "types", "upgrade"];
/** Of these, those that take the most processor time and hold nothing against seconds. */
const PATIENT = String.raw`(previews/(edits|layers|managers|one-by-one)|types/[^/]*)\.test\.ts$`;
/** Those that make containers and networks: one after another, they share one machine. Every other folder of tests/ is a fast one. */
const docker = ["clouds", "lab-image", "local"];
const booted = ["cluster"];
const clouds = ["booted-clouds"];
/** Of these `npm test` takes the suite that has the most of it in the least time; `npm run test:long` takes all. */
const CLOUDS_SUITE = "booted-clouds/three-clouds";

/** What the suites' time limits are made for. Not what Node.js counts: a container may show all of its host's and have a share of two. */
const PROCESSORS = Number(process.env.STORM_TEST_PROCESSORS ?? 2);

/** One call of jest. */
export interface JestRun {
  title: string;
  args: string[];
  /** It asks nobody outside of this machine: Node.js, which such suites start often, then needs half the time to start. */
  local?: boolean;
  /** It takes what processor time nobody else wants. */
  yielding?: boolean;
}

export function fastRun(): JestRun {
  return {
    title: "Fast suites",
    local: true,
    args: [
      `--maxWorkers=${PROCESSORS}`,
      `--testPathIgnorePatterns=/tests/(${[...engine, ...docker, ...booted, ...clouds].join("|")})/`,
    ],
  };
}

/** The slow ones, after the fast. */
export interface SlowRuns {
  /** Side by side: what the Docker suites wait for (machines that boot, packets that nobody answers) is processor time for the engine's. */
  sideBySide: JestRun[];
  /** After these, one after another: they hold what they see against seconds. */
  booting: JestRun[];
  /** Beside those that boot machines, which leave a third of the processor time: one after another, too. */
  patient: JestRun[];
}

/** @param root the checkout whose suites they are: those that there are */
export function slowRuns(root = checkout): SlowRuns {
  const there = (folder: string) => existsSync(join(root, "tests", folder));
  const run = (run: JestRun, all: string[], suites = `(${all.filter(there).join("|")})/`): JestRun[] =>
    all.some(there) ? [{ ...run, args: [...run.args, `--testPathPatterns=/tests/${suites}`] }] : [];
  const inBand = (title: string): JestRun => ({ title, args: ["--runInBand"] });
  // Half as many again as processors: now and then each waits for a disk or for another process.
  const workers = `--maxWorkers=${Math.ceil(1.5 * PROCESSORS)}`;
  const others = [workers, `--testPathIgnorePatterns=/tests/${PATIENT}`];
  return {
    sideBySide: [
      ...run({ title: "Engine suites", local: true, args: others }, engine),
      ...run(inBand("Docker suites"), docker),
    ],
    booting: [
      ...run(inBand("Cluster suites"), booted),
      ...run(inBand("Booted clouds"), clouds, process.env.STORM_LONG === "1" ? undefined : CLOUDS_SUITE),
    ],
    patient: run({ ...inBand("Patient suites"), local: true, yielding: true }, ["previews", "types"], PATIENT),
  };
}
