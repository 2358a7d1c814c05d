import { readdirSync, rmSync } from "node:fs";
import { labBackend } from "../tools/backend";
import { checkout } from "../tools/paths";
import { commandOf } from "../tools/processes";
import type { Output } from "../tools/report";
import { stop } from "./commands/stop";
import { configFile } from "./config";
import { Rehearsal } from "./rehearsal/rehearsal";
import { backendOf } from "./workspace";

/** A stack of tests/cluster, named after the jest that made it, and its config file. */
const STACK = /^t(\d+)$/;
/** One of tests/booted-clouds, in the lab. */
const REHEARSAL = /^[a-z](\d+)$/;
const CONFIG = /^Pulumi\.(t\d+)\.yaml$/;

/** The stacks among `names` whose jest is dead: what an interrupted or killed `npm test` left. */
export function deadTestStacks(
  names: readonly string[],
  isAlive: (pid: number) => boolean = (pid) => commandOf(pid) === "node",
  pattern = STACK,
): string[] {
  return names.filter((name) => {
    const pid = pattern.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
}

/** Takes away the clusters, states and config files that dead test runs left in this checkout, saying so. */
export async function sweepTestStacks(output: Output): Promise<void> {
  const backend = await backendOf("test", output);
  for (const stack of deadTestStacks(await backend.stacks())) {
    output.write(`A test run that is over left the stack ${stack}: it is taken away\n`);
    await stop({ stack }, output);
  }
  const configs = readdirSync(checkout).flatMap((file) => CONFIG.exec(file)?.[1] ?? []);
  for (const stack of deadTestStacks(configs)) rmSync(configFile(stack), { force: true });
  await sweepRehearsals(output);
}

/** The lab goes with the last of its stacks; somebody's own stays. */
async function sweepRehearsals(output: Output): Promise<void> {
  const stacks = await labBackend().stacks();
  for (const stack of deadTestStacks(stacks, undefined, REHEARSAL)) {
    output.write(`A test run that is over left the stack ${stack} in the lab's clouds: it is taken away\n`);
    await new Rehearsal(stack).end();
  }
}
