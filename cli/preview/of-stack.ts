import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import type { RenderedStack } from "../../load";
import { partsOf } from "../describe";
import { isOffline, readConfig } from "../config";
import { type Deployment, preview } from "../deployment";
import { beforeIn, loadFor } from "../preflight";
import { OWN_STACKS } from "../../spec/rules/compose";
import type { StormStack } from "../workspace";
import { type EngineChanges, engineChanges, GROUPS } from "./engine-changes";
import { type PreviewReport, previewReport } from "./report";
import { type DeployedStack, deployedStacks } from "./stack-changes";

/**
 * Asks the engine what a deployment would change.
 * @throws UserError when the preview fails for another reason than what storm.yml asks for
 */
export async function reportOf(opened: Stack, run: Deployment): Promise<PreviewReport> {
  const events: EngineEvent[] = [];
  let failure: unknown;
  try {
    await preview(opened, run, (event) => events.push(event));
  } catch (error) {
    failure = error;
  }
  const changes = engineChanges(events);
  // What has no message among the events is no answer: a lock, a crash, Ctrl-C.
  if (failure !== undefined && (changes.errors.length === 0 || run.signal.aborted)) throw failure;
  const { stack } = run;
  const state = await stack.backend.state(stack.name);
  const before = beforeIn(state);
  const loaded = await loadFor(
    stack.name,
    { file: run.file, before, offline: isOffline(readConfig(stack.name)) },
    run.output,
  );
  return previewReport({
    stack: stack.name,
    plan: loaded.plan,
    warnings: loaded.warnings,
    outputs: state?.outputs ?? {},
    before,
    changes,
    ...(touchesStacks(changes)
      ? { stacksBefore: await deployed(stack), stacksAfter: loaded.stacks.map(asDeployed) }
      : { stacksBefore: [], stacksAfter: [] }),
  });
}

/** Only then compose stacks are compared: what is deployed of them is secret, and takes the stack's key. */
export function touchesStacks(changes: EngineChanges): boolean {
  return GROUPS.some((group) => changes[group].some(({ urn }) => /^stacks?(-|$)/.test(partsOf(urn).name)));
}

async function deployed(stack: StormStack): Promise<DeployedStack[]> {
  return deployedStacks(await stack.resources({ secrets: true }), OWN_STACKS);
}

function asDeployed({ name, stack }: RenderedStack): DeployedStack {
  return { stack: name, compose: stack };
}
