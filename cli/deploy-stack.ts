import type { Stack } from "@pulumi/pulumi/automation";
import type { Loaded } from "../load";
import { removeOldBuilds } from "../tools/old-builds";
import type { Output } from "../tools/report";
import { declined } from "./ask";
import { bringUp, type BringUpWish, type Deployment, openForDeployment, openTentatively } from "./deployment";
import { alone, recoverStack } from "./operation";
import { loadFor } from "./preflight";
import { type Previewed, previewOf } from "./preview/of-stack";
import { forgetKeys } from "./production";
import { workOf } from "./progress";
import { setUpFor } from "./set-up-for";
import { summary } from "./summary";
import { StormStack } from "./workspace";

export interface DeployOptions {
  stack: string;
  /** Another storm.yml, which stays in the stack's config. */
  file?: string;
  /** Makes it a production stack from now on. */
  production?: boolean;
  json?: boolean;
  verbose?: boolean;
  /** Of its files, by `preflight`. */
  loaded: Loaded;
  /** The command that goes on after a failure. */
  again: string;
  /** The command that destroys it; default: `npm stop`. */
  destroy?: string;
  /** Whether what the engine's preview found shall be done; default: it is not asked for, and shall. */
  approve?: (previewed: Previewed, run: Deployment) => Promise<boolean>;
  /** Is given the deployment's events as they come. */
  watch?: BringUpWish["watch"];
}

/** From a storm.yml that is right to a running cluster: sets up what is missing, deploys, and says what the user needs now. */
export async function deployStack(options: DeployOptions, output: Output): Promise<void> {
  const began = Date.now();
  const { file, production, verbose, again, approve, watch } = options;
  const { setup, local } = await setUpFor(options.loaded.plan, output);
  const stack = new StormStack(options.stack, setup);
  await alone(stack, again, output, async (signal) => {
    await recoverStack(stack, signal, output);
    // Anew: the run that this one waited for may have changed which storm.yml it is.
    const { plan } = await loadFor(options.stack, { file, production }, output);
    const run: Deployment = { stack, local, plan, file, production, verbose, again, signal, output };
    const approved: Approved | undefined =
      approve === undefined ? { opened: await openForDeployment(run) } : await openIfApproved(run, approve);
    if (approved === undefined) return declined(output);
    const { opened, expected } = approved;
    const changed = await bringUp(opened, run, { expected, watch });
    removeOldBuilds();
    if (plan.production) forgetKeys(options.stack, output);
    const outputs = (await stack.backend.state(options.stack))?.outputs ?? {};
    if (options.json) return void process.stdout.write(JSON.stringify(outputs, null, 2) + "\n");
    const facts = { stack: options.stack, changed, milliseconds: Date.now() - began, destroy: options.destroy };
    output.write(summary(outputs, facts, output));
  });
}

interface Approved {
  opened: Stack;
  /** Of BringUpWish. */
  expected?: ReadonlySet<string>;
}

/** After "no", or an interrupt meanwhile, config and stacks are as they were. */
async function openIfApproved(
  run: Deployment,
  approve: NonNullable<DeployOptions["approve"]>,
): Promise<Approved | undefined> {
  const { opened, keep, undo } = await openTentatively(run);
  try {
    const previewed = await previewOf(opened, run);
    if (await approve(previewed, run)) {
      keep();
      return { opened, expected: workOf(previewed.events) };
    }
  } catch (error) {
    await undo();
    throw error;
  }
  await undo();
  return undefined;
}
