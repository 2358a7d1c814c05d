/** What the commands have in common that ask the engine about a stack and change nothing. */
import type { Stack } from "@pulumi/pulumi/automation";
import type { Loaded } from "../load";
import type { Plan } from "../plan/types";
import type { Output } from "../tools/report";
import { readConfig } from "./config";
import { type Deployment, openTentatively } from "./deployment";
import { alone } from "./operation";
import { FilesRefused, preflight } from "./preflight";
import { type PreviewReport, refusedReport } from "./preview/report";
import { setUpFor } from "./set-up-for";
import { StormStack } from "./workspace";

/** The user's files, or a report that says why they are refused; nothing is printed. */
export async function loadedOrRefused(
  stack: string,
  file: string | undefined,
  output: Output,
): Promise<Loaded | PreviewReport> {
  try {
    return await preflight(stack, { file }, { ...output, write: () => undefined });
  } catch (error) {
    if (error instanceof FilesRefused) return refusedReport(stack, error.reasons);
    throw error;
  }
}

export interface Look {
  stack: string;
  /** Another storm.yml, this once. */
  file?: string;
  plan: Plan;
  /** The command that this is. */
  command: string;
}

/** Sets up what is missing, and lends the stack. Its config, and the list of stacks, are afterwards as they were. */
export async function look<T>(
  { stack: name, file, plan, command }: Look,
  output: Output,
  work: (opened: Stack, run: Deployment) => Promise<T>,
): Promise<T> {
  const known = readConfig(name)["storm:local"] !== undefined;
  const { setup, local } = await setUpFor(plan, output, { quiet: true, known });
  const stack = new StormStack(name, setup);
  return alone(stack, command, output, async (signal) => {
    const run: Deployment = { stack, file, plan, local, again: command, signal, output };
    const { opened, undo } = await openTentatively(run);
    try {
      return await work(opened, run);
    } finally {
      await undo();
    }
  });
}
