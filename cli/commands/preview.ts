import { type Output, streamOutput } from "../../tools/report";
import { inLab } from "../../tools/paths";
import { type EngineSetup, setUpEngine, setUpLab } from "../../tools/setup";
import { loadIpvs, localConfig, readConfig, optionalFile } from "../config";
import { type Deployment, openTentatively } from "../deployment";
import { ensureLabConfig } from "../lab-stack";
import { alone } from "../operation";
import { FilesRefused, preflight } from "../preflight";
import { markdown } from "../preview/markdown";
import { reportOf } from "../preview/of-stack";
import { type PreviewReport, refusedReport } from "../preview/report";
import { text } from "../preview/text";
import { StormStack } from "../workspace";

export interface PreviewOptions {
  stack: string;
  file?: string;
  json?: boolean;
  markdown?: boolean;
}

/** `storm preview`: what a deployment would change, and what would be lost. Changes nothing; exit code 1 when it would be refused. */
export async function preview(options: PreviewOptions, output: Output): Promise<void> {
  const report = await made(options, output);
  process.stdout.write(formatted(report, options));
  if (report.refused.length > 0) process.exitCode = 1;
}

function formatted(report: PreviewReport, options: PreviewOptions): string {
  if (options.json) return JSON.stringify(report, null, 2) + "\n";
  return options.markdown ? markdown(report) : text(report, streamOutput(process.stdout));
}

async function made(options: PreviewOptions, output: Output): Promise<PreviewReport> {
  const file = optionalFile(options.file);
  if (inLab) ensureLabConfig(options.stack);
  try {
    const { plan } = await preflight(options.stack, { file }, quietly(output));
    return await asked(options.stack, { file, plan }, output);
  } catch (error) {
    if (error instanceof FilesRefused) return refusedReport(options.stack, error.reasons);
    throw error;
  }
}

/** The reasons are in the report. */
function quietly(output: Output): Output {
  return { ...output, write: () => undefined };
}

async function asked(name: string, given: Pick<Deployment, "file" | "plan">, output: Output): Promise<PreviewReport> {
  const { setup, local } = await setUp(name, given.plan, output);
  const stack = new StormStack(name, setup);
  const command = `npx storm preview ${name}`;
  return alone(stack, command, output, async (signal) => {
    const run: Deployment = { ...given, stack, local, again: command, signal, output };
    const { opened, undo } = await openTentatively(run);
    try {
      return await reportOf(opened, run);
    } finally {
      await undo();
    }
  });
}

/** Nodes of this machine need what it takes to make them, unless the stack's config has it; clouds do not. */
async function setUp(
  name: string,
  plan: Deployment["plan"],
  output: Output,
): Promise<{ setup: EngineSetup; local?: Record<string, unknown> }> {
  const needsLocal = plan.sites.some(({ provider }) => provider === "local") && !readConfig(name)["storm:local"];
  if (!needsLocal || inLab) return { setup: await setUpEngine(output, { quiet: true }) };
  const setup = await setUpLab(output, { quiet: true });
  return { setup, local: localConfig(setup, loadIpvs()) };
}
