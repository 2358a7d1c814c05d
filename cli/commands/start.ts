import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Docker } from "../../lab/local/docker";
import { UserError } from "../../tools/errors";
import { type Output, paint, stepLine, streamOutput } from "../../tools/report";
import { recover } from "../../tools/recovery";
import { lockRun } from "../../tools/run-lock";
import { type LabSetup, setUpLab } from "../../tools/setup";
import { checkout, storm } from "../../tools/paths";
import { changedValues, hasIpvs, localConfig, readConfig, setAllArguments, stormFile } from "../config";
import { EngineError, killRun } from "../engine-run";
import { onInterrupt } from "../interrupt";
import { preflight } from "../preflight";
import { Progress } from "../progress";
import { summary } from "../summary";
import { StormStack } from "../workspace";
import { someNodeIsDown } from "../leftovers";

export interface StartOptions {
  stack: string;
  file?: string;
  json?: boolean;
  verbose?: boolean;
}

/** `npm start`: everything from a bare machine to a running cluster; nothing where all of it is there. */
export async function start(options: StartOptions, output: Output): Promise<void> {
  const began = Date.now();
  const file = options.file === undefined ? undefined : stormFile(options.file, process.env.INIT_CWD ?? process.cwd());
  await preflight(options.stack, file, streamOutput(process.stderr));
  const setup = await setUpLab(output);
  const stack = new StormStack(options.stack, setup);
  const lock = await lockRun(storm.folder, options.stack, "start", ({ pid, command }) =>
    output.write(`Another run (pid ${pid}, ${command}) works on stack ${options.stack}; waiting for it\n`),
  );
  try {
    const say = (message: string) => output.write(paint(output, "dim", `Recovery: ${message}`) + "\n");
    await recover({ root: checkout, stack: options.stack, backend: stack.backend, engine: stack, say });
    const changed = await deploy(stack, setup, file, options, output);
    const outputs = stack.backend.state(options.stack)?.outputs ?? {};
    if (options.json) {
      process.stdout.write(JSON.stringify(outputs, null, 2) + "\n");
    } else {
      output.write(summary(outputs, { stack: options.stack, changed, milliseconds: Date.now() - began }, output));
    }
  } finally {
    lock.release();
  }
}

async function deploy(
  stormStack: StormStack,
  setup: LabSetup,
  file: string | undefined,
  options: StartOptions,
  output: Output,
): Promise<boolean> {
  const stack = await stormStack.open();
  const wanted = {
    ...(file === undefined ? {} : { "storm:file": file }),
    "storm:local": localConfig(setup, hasIpvs()),
  };
  const changes = changedValues(readConfig(options.stack), wanted);
  if (Object.keys(changes).length > 0) await stormStack.run(setAllArguments(options.stack, changes));

  const refresh = await someNodeIsDown(new Docker(), stormStack.backend.state(options.stack));
  if (refresh) output.write("Some containers of the cluster do not run: comparing everything with what is there\n");
  const progress = new Progress(output, { verbose: options.verbose ?? false });
  const { signal, dispose } = onInterrupt({
    first: () => output.write("Stopping in good order; press Ctrl-C again to stop at once\n"),
    second: () => killRun(checkout, stormStack.runName),
  });
  const began = Date.now();
  try {
    const onEvent = (event: EngineEvent) => progress.event(event);
    await stack.up({ onEvent, signal, refresh, suppressOutputs: true, color: "never" });
    return progress.changes > 0;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Of an engine that was killed the plugins go on by themselves.
    await killRun(checkout, stormStack.runName);
    progress.close();
    output.write(stepLine(output, "Deployment", "fail", Date.now() - began));
    throw deploymentError(error, progress, signal.aborted);
  } finally {
    dispose();
  }
}

function deploymentError(error: EngineError, progress: Progress, interrupted: boolean): UserError {
  const again = "Nothing is lost: `npm start` goes on from here.";
  if (interrupted) return new UserError("interrupted", [again], 130);
  if (progress.errors > 0) return new UserError("the deployment failed; the reasons are above", [again]);
  return new UserError(error.message, [again]);
}
