/** Figure 2: a preview that finds nothing to change, against that of a program which makes nothing. */
import * as path from "node:path";
import { run } from "../tools/command";
import { pulumiEnvironment } from "../tools/pulumi-env";
import { checkout } from "../tools/paths";
import type { LabSetup } from "../tools/setup";
import { STACK } from "./engine-cluster";
import { settled, timed } from "./measure";

const EMPTY = path.join(__dirname, "empty");
const EMPTY_STACK = "bench-empty";

export interface Previews {
  storm: number[];
  empty: number[];
}

/** Needs a deployed stack `bench`. The two take turns, so that a busy moment hits both. */
export async function previews(setup: LabSetup, runs: number, say: (words: string) => void): Promise<Previews> {
  const env = pulumiEnvironment(setup.engine, setup.plugins === "stand-in", "bench");
  const pulumi = (cwd: string, ...args: string[]) =>
    run(setup.engine.path, [...args, "--non-interactive"], { cwd, env: { ...env, STORM_RUN: "" } });
  await pulumi(EMPTY, "stack", "init", EMPTY_STACK).catch(() => undefined); // a run that was killed left it
  try {
    await pulumi(EMPTY, "up", "--yes", "--skip-preview", "--stack", EMPTY_STACK);
    // The first one of a changed program makes the bundle from which the next ones run.
    const { stdout } = await pulumi(checkout, "preview", "--stack", STACK);
    if (!/^ *\d+ unchanged$/m.test(stdout)) throw new Error(`the preview finds changes:\n${stdout}`);
    // Nodes that have just booted take processor time from both, and more from the one that has three plugins.
    await settled(say);
    const result: Previews = { storm: [], empty: [] };
    for (let index = 0; index < runs; index++) {
      result.empty.push(await timed(() => pulumi(EMPTY, "preview", "--stack", EMPTY_STACK)));
      result.storm.push(await timed(() => pulumi(checkout, "preview", "--expect-no-changes", "--stack", STACK)));
      say(`preview ${result.storm.at(-1)?.toFixed(2)} s, of an empty program ${result.empty.at(-1)?.toFixed(2)} s`);
    }
    return result;
  } finally {
    await pulumi(EMPTY, "destroy", "--yes", "--skip-preview", "--stack", EMPTY_STACK).catch(() => undefined);
    await pulumi(EMPTY, "stack", "rm", "--yes", "--stack", EMPTY_STACK).catch(() => undefined);
  }
}
