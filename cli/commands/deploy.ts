import { costChange } from "../../plan/compare";
import { printPlan } from "../../plan/print";
import { UserError } from "../../tools/errors";
import { type Output, streamOutput } from "../../tools/report";
import { inLab } from "../../tools/paths";
import { confirm, confirmByName, needAnswer } from "../ask";
import { optionalFile } from "../config";
import { deployStack } from "../deploy-stack";
import { ensureLabConfig } from "../lab-stack";
import { preflight } from "../preflight";
import { changesNothing } from "../preview/report";
import { text } from "../preview/text";
import { productionWords, refuseUnfit } from "../production";
import { backendOf } from "../workspace";

export interface DeployOptions {
  stack: string;
  file?: string;
  yes?: boolean;
  /** Makes it a production stack from now on. */
  production?: boolean;
  json?: boolean;
  verbose?: boolean;
}

/** What the plan has said already. */
const SAID = ["Nodes", "Price a month", "Limits", "What it survives", "Warnings"];

/** `storm deploy`: the plan, what the engine would do, a question; then what `npm start` does. */
export async function deploy(options: DeployOptions, output: Output): Promise<void> {
  const { stack, yes, production } = options;
  const command = `npx storm deploy ${stack}${production ? " --production" : ""}`;
  needAnswer({ yes, command });
  const file = optionalFile(options.file);
  if (inLab) ensureLabConfig(stack);
  const err = streamOutput(process.stderr);
  const loaded = await preflight(stack, { file, production }, err);
  if (loaded.plan.production) refuseUnfit(loaded.plan, stack);
  const state = await (await backendOf(stack, err)).state(stack);
  output.write(printPlan({ ...loaded.plan, warnings: loaded.warnings }));
  output.write(`${costChange(loaded.plan.cost.monthlyUsd, state?.outputs["cost"])}\n`);
  await deployStack(
    {
      ...options,
      file,
      loaded,
      again: command,
      destroy: `npx storm destroy ${stack}`,
      approve: async ({ report }, { signal }) => {
        output.write(`\n${text(report, output, SAID)}\n`);
        if (report.refused.length > 0) throw new UserError("nothing was changed; the reasons are above");
        if (!production)
          return changesNothing(report) || confirm(`Deploy this to stack ${stack}?`, { yes, signal, command });
        output.write(`${productionWords(stack).join("\n")}\n`);
        return confirmByName(`Type the stack's name, ${stack}, to go on:`, stack, { yes, signal, command });
      },
    },
    output,
  );
}
