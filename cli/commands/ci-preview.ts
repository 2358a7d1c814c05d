import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { writeAtomically } from "../../tools/files";
import type { Output } from "../../tools/report";
import { readConfig, userFolder } from "../config";
import { recordOf } from "../gitops/compare";
import { newKey } from "../gitops/sealed-key";
import { stackThere } from "../gitops/stack-there";
import { loadedOrRefused, look } from "../look";
import { markdown } from "../preview/markdown";
import { previewOf } from "../preview/of-stack";

export interface CiPreviewOptions {
  stack: string;
  /** File to write. */
  record: string;
}

/**
 * `storm ci preview`: what a deployment would change as Markdown, and a record of it that `storm ci apply` takes. Of what would be refused
 * there is no record; exit code 1 then.
 */
export async function ciPreview({ stack, record }: CiPreviewOptions, output: Output): Promise<void> {
  const file = resolve(userFolder(), record);
  // One of before would let through what this preview did not show.
  rmSync(file, { force: true });
  await stackThere(stack, output);
  const loaded = await loadedOrRefused(stack, undefined, output);
  const report =
    "refused" in loaded
      ? loaded
      : await look(
          { stack, plan: loaded.plan, command: `npx storm ci preview ${stack}` },
          output,
          async (opened, run) => {
            const shown = { ...(await previewOf(opened, run)), config: readConfig(stack) };
            if (shown.report.refused.length === 0)
              writeAtomically(file, `${JSON.stringify(recordOf(shown, await newKey(run.stack)), null, 2)}\n`);
            return shown.report;
          },
        );
  process.stdout.write(markdown(report));
  if (report.refused.length > 0) process.exitCode = 1;
}
