import { labStatus } from "../../lab/clouds/client";
import type { LabStatus } from "../../lab/clouds/status";
import { UserError } from "../../tools/errors";
import { labFolder } from "../../tools/lab-clouds";
import { type Output, paint, seconds, stepLine } from "../../tools/report";
import { onInterrupt } from "../interrupt";
import { Demo, type DemoStep } from "../rehearsal/demo";
import { Rehearsal } from "../rehearsal/rehearsal";

const STACK = "demo";

export interface DemoOptions {
  json?: boolean;
}

/** `npm run demo`: what a cluster over three clouds survives, on this machine, with times. Leaves nothing, also when it is stopped. */
export async function demo(options: DemoOptions, output: Output): Promise<void> {
  await refuseInUse();
  const began = Date.now();
  const steps: DemoStep[] = [];
  const { signal, dispose } = onInterrupt({
    first: () =>
      output.write("Stopping: the clouds are taken away; press Ctrl-C again to leave them to `npm run lab -- stop`\n"),
    second: () => process.exit(130),
  });
  output.write(
    "A manager at each of AWS, Azure and DigitalOcean, as containers of this machine; the first step takes minutes\n",
  );
  const rehearsal = new Rehearsal(STACK, signal);
  const tell = (step: DemoStep) => {
    steps.push(step);
    output.write(stepLine(output, step.title, "ok", step.seconds * 1000));
    output.write(paint(output, "dim", `    ${step.note}`) + "\n");
  };
  try {
    await untilAborted(new Demo(rehearsal, tell, signal).run(), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new UserError("interrupted", [], 130);
  } finally {
    await rehearsal.end();
    dispose();
  }
  output.write(`All of it took ${seconds(Date.now() - began)}; nothing is left but caches\n`);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ seconds: (Date.now() - began) / 1000, steps }, null, 2)}\n`);
}

/** The clouds of a lab are one world: a rehearsal that somebody has there would go with the demo. */
async function refuseInUse(): Promise<void> {
  const status = await labStatus(labFolder).catch((): LabStatus | undefined => undefined);
  const others = new Set((status?.resources ?? []).map((urn) => urn.split("::")[0]?.split(":").at(-1) ?? ""));
  others.delete(STACK);
  if (others.size === 0) return;
  throw new UserError(`the lab's clouds are in use by stack ${[...others].join(", ")}`, [
    "`STORM_LAB=1 npm stop -- --stack NAME` destroys it; `npm run lab -- stop` takes away everything.",
  ]);
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  ]);
}
