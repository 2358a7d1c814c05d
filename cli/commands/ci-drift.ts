import type { EngineEvent } from "@pulumi/pulumi/automation";
import { UserError } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { compare } from "../deployment";
import { type DriftReport, driftedIn, driftMarkdown, isAsDeployed } from "../gitops/drift";
import { stackThere } from "../gitops/stack-there";
import { loadedOrRefused, look } from "../look";
import { previewOf } from "../preview/of-stack";

export interface CiDriftOptions {
  stack: string;
  json?: boolean;
}

/** `storm ci drift`: what is not as it was deployed, and what a deployment would do about it. Changes nothing; exit code 1 if there is any. */
export async function ciDrift({ stack, json }: CiDriftOptions, output: Output): Promise<void> {
  await stackThere(stack, output);
  const loaded = await loadedOrRefused(stack, undefined, output);
  if ("refused" in loaded)
    throw new UserError(`storm.yml is refused:\n${loaded.refused.join("\n")}`, ["`npx storm validate` says more."]);
  const { plan } = loaded;
  const report = await look({ stack, plan, command: `npx storm ci drift ${stack}` }, output, async (opened, run) => {
    const events: EngineEvent[] = [];
    await compare(opened, run, (event) => events.push(event));
    const { report: deployment } = await previewOf(opened, run, { refresh: true });
    return { schemaVersion: 1, stack, drifted: driftedIn(events), deployment } satisfies DriftReport;
  });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : driftMarkdown(report));
  if (!isAsDeployed(report)) process.exitCode = 1;
}
