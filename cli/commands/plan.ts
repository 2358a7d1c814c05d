import { beforeIn, loadFor } from "../preflight";
import { costChange } from "../../plan/compare";
import { printPlan } from "../../plan/print";
import type { StackState } from "../../tools/backend";
import { messageOf } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { optionalFile } from "../config";
import { backendOf } from "../workspace";

export interface PlanOptions {
  stack: string;
  file?: string;
  json?: boolean;
}

/**
 * `storm plan`: what storm.yml comes to, what it costs and what loss it survives. Asks no cloud, and no engine but for the state, where
 * that is not in this checkout. Writes what is built of the compose files (`.storm/builds`, the guestbook's bundle), nothing else.
 */
export async function plan(options: PlanOptions, output: Output): Promise<void> {
  const file = optionalFile(options.file);
  const state = await stateIfReadable(options.stack, output);
  const { plan: wanted, warnings } = await loadFor(options.stack, { file, before: beforeIn(state) }, output);
  if (options.json) return void process.stdout.write(JSON.stringify({ ...wanted, warnings }, null, 2) + "\n");
  process.stdout.write(printPlan({ ...wanted, warnings }));
  process.stdout.write(costChange(wanted.cost.monthlyUsd, state?.outputs["cost"]));
}

/** A plan can be made without the right to read the state: then it says what is left out. */
async function stateIfReadable(stack: string, output: Output): Promise<StackState | undefined> {
  try {
    return await (await backendOf(stack, output)).state(stack);
  } catch (error) {
    output.write(
      "The plan is that of a first deployment, and its cost is not compared with today's, for the state cannot be read: " +
        `${messageOf(error)}\n`,
    );
    return undefined;
  }
}
