import { UserError } from "../../tools/errors";
import { inLab } from "../../tools/paths";
import type { Output } from "../../tools/report";
import { ensureLabConfig } from "../lab-stack";
import { backendOf } from "../workspace";

/**
 * A pipeline makes no stack: what its secrets are encrypted with is chosen once, by a person, and committed with its config.
 * @throws UserError that says how
 */
export async function stackThere(stack: string, output: Output): Promise<void> {
  if (inLab) ensureLabConfig(stack);
  if ((await (await backendOf(stack, output)).state(stack)) !== undefined) return;
  throw new UserError(`there is no stack ${stack} where PULUMI_BACKEND_URL leads`, [
    `It is made once: npm run -s pulumi -- stack init ${stack}, with --secrets-provider (docs/state.md); commit Pulumi.${stack}.yaml.`,
  ]);
}
