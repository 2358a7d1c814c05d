import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import type { Loaded, RenderedStack } from "../../load";
import { checkout } from "../../tools/paths";
import { policyPacks } from "../../tools/policy-pack";
import type { StackState, StateResource } from "../../tools/backend";
import { partsOf } from "../describe";
import { nodeAbilities, readConfig } from "../config";
import { type Deployment, preview, type PreviewWish } from "../deployment";
import { beforeIn, loadFor } from "../preflight";
import { OWN_STACKS } from "../../spec/rules/compose";
import { type EngineChanges, engineChanges, GROUPS } from "./engine-changes";
import { type PreviewReport, previewReport } from "./report";
import { type DeployedStack, deployedStacks } from "./stack-changes";

/** A preview of the engine's, and what it was a preview of. */
export interface Previewed {
  report: PreviewReport;
  events: EngineEvent[];
  loaded: Loaded;
}

/**
 * Asks the engine what a deployment would change.
 * @throws UserError when the preview fails for another reason than what storm.yml asks for
 */
export async function previewOf(opened: Stack, run: Deployment, wish: PreviewWish = {}): Promise<Previewed> {
  const events: EngineEvent[] = [];
  let failure: unknown;
  try {
    await preview(opened, run, { ...wish, observe: (event) => events.push(event) });
  } catch (error) {
    failure = error;
  }
  const changes = engineChanges(events);
  // What has no message among the events is no answer: a lock, a crash, Ctrl-C.
  if (failure !== undefined && (changes.errors.length === 0 || run.signal.aborted)) throw failure;
  const { stack } = run;
  const state = await stack.backend.state(stack.name);
  const before = beforeIn(state);
  const abilities = nodeAbilities(readConfig(stack.name));
  const loaded = await loadFor(stack.name, { file: run.file, before, ...abilities }, run.output);
  const resources = touchesStacks(changes) ? await stack.resources({ secrets: true }) : [];
  const checked = policyPacks(checkout, stack.name).length > 0;
  return { report: reportFrom({ stack: stack.name, state, loaded, changes, resources, checked }), events, loaded };
}

/** What `previewOf` says, alone. */
export async function reportOf(opened: Stack, run: Deployment): Promise<PreviewReport> {
  return (await previewOf(opened, run)).report;
}

/** What a report is put together from. */
export interface PreviewFacts {
  stack: string;
  state: StackState | undefined;
  loaded: Loaded;
  changes: EngineChanges;
  /** Of the state, its secrets in plain text: where a compose stack is touched. */
  resources: readonly StateResource[];
  /** Whether the policy pack looked at it. */
  checked: boolean;
}

export function reportFrom({ stack, state, loaded, changes, resources, checked }: PreviewFacts): PreviewReport {
  return previewReport({
    stack,
    plan: loaded.plan,
    warnings: loaded.warnings,
    outputs: state?.outputs ?? {},
    before: beforeIn(state),
    changes,
    checked,
    rendered: loaded.stacks,
    ...(touchesStacks(changes)
      ? { stacksBefore: deployedStacks(resources, OWN_STACKS), stacksAfter: loaded.stacks.map(asDeployed) }
      : { stacksBefore: [], stacksAfter: [] }),
  });
}

/** Only then compose stacks are compared: what is deployed of them is secret, and takes the stack's key. */
export function touchesStacks(changes: EngineChanges): boolean {
  return GROUPS.some((group) => changes[group].some(({ urn }) => /^stacks?(-|$)/.test(partsOf(urn).name)));
}

function asDeployed({ name, stack }: RenderedStack): DeployedStack {
  return { stack: name, compose: stack };
}
