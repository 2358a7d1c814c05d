import { type Output, streamOutput } from "../../tools/report";
import { inLab } from "../../tools/paths";
import { optionalFile } from "../config";
import { ensureLabConfig } from "../lab-stack";
import { loadedOrRefused, look } from "../look";
import { markdown } from "../preview/markdown";
import { reportOf } from "../preview/of-stack";
import type { PreviewReport } from "../preview/report";
import { text } from "../preview/text";

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
  const { stack } = options;
  const file = optionalFile(options.file);
  if (inLab) ensureLabConfig(stack);
  const loaded = await loadedOrRefused(stack, file, output);
  if ("refused" in loaded) return loaded;
  return look({ stack, file, plan: loaded.plan, command: `npx storm preview ${stack}` }, output, reportOf);
}
