import { rmSync } from "node:fs";
import { Docker } from "../../lab/local/docker";
import { askDocker } from "../../tools/docker-engine";
import { UserError } from "../../tools/errors";
import { checkout, credentialFolder, storm } from "../../tools/paths";
import { recover } from "../../tools/recovery";
import { type Output, paint, seconds, stepLine } from "../../tools/report";
import { lockRun } from "../../tools/run-lock";
import { setUpEngine } from "../../tools/setup";
import { configFile } from "../config";
import { EngineError, killRun } from "../engine-run";
import { onInterrupt } from "../interrupt";
import { removeLeftovers } from "../leftovers";
import { Progress } from "../progress";
import { StormStack } from "../workspace";
import { Backend } from "../../tools/backend";

export interface StopOptions {
  stack: string;
  verbose?: boolean;
}

/** `npm stop`: destroys the cluster of a stack, dead nodes included, and leaves only caches. */
export async function stop(options: StopOptions, output: Output): Promise<void> {
  const began = Date.now();
  if (new Backend().state(options.stack) === undefined) {
    output.write(`Nothing to stop: there is no stack ${options.stack}\n`);
    return cleanFiles(options.stack);
  }
  const setup = await setUpEngine(output, { quiet: true });
  const stack = new StormStack(options.stack, setup);
  const lock = await lockRun(storm.folder, options.stack, "stop", ({ pid, command }) =>
    output.write(`Another run (pid ${pid}, ${command}) works on stack ${options.stack}; waiting for it\n`),
  );
  try {
    // The other run may have been a stop.
    if (stack.exists()) await destroy(stack, options, output);
    cleanFiles(options.stack);
  } finally {
    lock.release();
  }
  output.write(`Stack ${options.stack} is gone (${seconds(Date.now() - began)}); only caches are left\n`);
}

async function destroy(stormStack: StormStack, options: StopOptions, output: Output): Promise<void> {
  const say = (message: string) => output.write(paint(output, "dim", `Recovery: ${message}`) + "\n");
  await recover({ root: checkout, stack: options.stack, backend: stormStack.backend, engine: stormStack, say });
  const clusters = stormStack.backend.state(options.stack)?.clusters ?? [];
  const stack = await stormStack.open();
  const progress = new Progress(output, { verbose: options.verbose ?? false });
  const { signal, dispose } = onInterrupt({
    first: () => output.write("Stopping in good order; press Ctrl-C again to stop at once\n"),
    second: () => killRun(checkout, stormStack.runName),
  });
  const began = Date.now();
  try {
    await stack.destroy({ onEvent: (event) => progress.event(event), signal, suppressOutputs: true, color: "never" });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Of an engine that was killed the plugins go on by themselves.
    await killRun(checkout, stormStack.runName);
    output.write(stepLine(output, "Destroying", "fail", Date.now() - began));
    const again = "Nothing is lost: `npm stop` goes on from here.";
    if (signal.aborted) throw new UserError("interrupted", [again], 130);
    throw new UserError(progress.errors > 0 ? "not everything is gone; the reasons are above" : error.message, [again]);
  } finally {
    dispose();
  }
  const left = await removeWhatIsLeft(clusters);
  if (left > 0) output.write(`Removed ${left} more thing${left === 1 ? "" : "s"} that carried the cluster's label\n`);
  await stormStack.run(["stack", "rm", "--yes", "--stack", options.stack]);
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
  rmSync(configFile(stack), { force: true });
  rmSync(credentialFolder(stack), { recursive: true, force: true });
}
