import { rmSync } from "node:fs";
import { Docker } from "../../lab/local/docker";
import { askDocker } from "../../tools/docker-engine";
import { inLab } from "../../tools/paths";
import { type Output, seconds } from "../../tools/report";
import { setUpEngine } from "../../tools/setup";
import { configFile, isOurs, readConfig } from "../config";
import { isComponent, partsOf } from "../describe";
import { keyFolders } from "../key-folder";
import { removeLeftovers } from "../leftovers";
import { type Preparation, prepared } from "../letting-go";
import { alone, operate, recoverStack } from "../operation";
import { npmCommand } from "../summary";
import { backendOf, StormStack } from "../workspace";

export interface StopOptions {
  stack: string;
  verbose?: boolean;
  prepare?: Preparation;
  /** The command that goes on after a failure; default: `npm stop`. */
  again?: string;
}

/** `npm stop`: destroys the cluster of a stack, dead nodes included, and leaves only caches. */
export async function stop(options: StopOptions, output: Output): Promise<void> {
  const began = Date.now();
  const backend = await backendOf(options.stack, output);
  if ((await backend.state(options.stack)) === undefined) {
    output.write(`Nothing to stop: there is no stack ${options.stack}\n`);
    // Its config, if there is one, is the user's: nothing was deployed with it.
    return removeKeys(options.stack);
  }
  const setup = await setUpEngine(output, { quiet: true });
  const stack = new StormStack(options.stack, setup);
  await alone(stack, again(options), output, async (signal) => {
    // The other run may have been a stop.
    if (await stack.exists()) await destroy(stack, options, signal, output);
    cleanFiles(options.stack);
  });
  output.write(`Stack ${options.stack} is gone (${seconds(Date.now() - began)}); only caches are left\n`);
}

async function destroy(
  stormStack: StormStack,
  options: StopOptions,
  signal: AbortSignal,
  output: Output,
): Promise<void> {
  await recoverStack(stormStack, signal, output);
  const { clusters = [], entries = [] } = (await stormStack.backend.state(options.stack)) ?? {};
  await prepared(options.prepare, stormStack, output, async () => {
    const stack = await stormStack.open();
    await operate({
      stack: stormStack,
      signal,
      output,
      verbose: options.verbose ?? false,
      step: "Destroying",
      expected: new Set(entries.map(({ urn }) => urn).filter((urn) => !isComponent(partsOf(urn).type))),
      again: again(options),
      failed: "not everything is gone; the reasons are above",
      run: (engine) => stack.destroy({ ...engine, suppressOutputs: true }),
    });
  });
  const left = await removeWhatIsLeft(clusters);
  if (left > 0) output.write(`Removed ${left} more thing${left === 1 ? "" : "s"} that carried the cluster's label\n`);
  // The engine would take a user's config with it; the lab writes its own anew.
  const config = inLab ? [] : ["--preserve-config"];
  await stormStack.run(["stack", "rm", "--yes", ...config, "--stack", options.stack]);
  await stormStack.backend.forget(options.stack);
}

function again({ again: command, stack }: StopOptions): string {
  return command ?? npmCommand("stop", stack);
}

/** A container that a crashed run made and never wrote down still carries its cluster's label. */
async function removeWhatIsLeft(clusters: readonly string[]): Promise<number> {
  const reachable = await askDocker().then(
    () => true,
    () => false,
  );
  return reachable ? removeLeftovers(new Docker(), clusters) : 0;
}

function cleanFiles(stack: string): void {
  if (isOurs(readConfig(stack))) rmSync(configFile(stack), { force: true });
  removeKeys(stack);
}

function removeKeys(stack: string): void {
  for (const folder of keyFolders(stack)) rmSync(folder, { recursive: true, force: true });
}
