import { resolve } from "node:path";
import { messageOf, UserError } from "../../tools/errors";
import { type Output, streamOutput } from "../../tools/report";
import { readConfig, userFolder } from "../config";
import { deployStack } from "../deploy-stack";
import type { Deployment } from "../deployment";
import { difference, only } from "../gitops/compare";
import { type PreviewRecord, readRecord } from "../gitops/record";
import { openKey } from "../gitops/sealed-key";
import { stackThere } from "../gitops/stack-there";
import { preflight } from "../preflight";
import type { Previewed } from "../preview/of-stack";

export interface CiApplyOptions {
  stack: string;
  /** File that `storm ci preview` wrote. */
  record: string;
  verbose?: boolean;
}

/** `storm ci apply`: does what the record says was previewed, or nothing where something else would happen now. */
export async function ciApply({ stack, record: name, verbose }: CiApplyOptions, output: Output): Promise<void> {
  const record = readRecord(resolve(userFolder(), name), stack);
  const err = streamOutput(process.stderr);
  await stackThere(stack, err);
  const loaded = await preflight(stack, {}, err);
  await deployStack(
    {
      ...{ stack, verbose, loaded },
      // What is left after a failure is another thing than what was previewed.
      again: `npx storm ci preview ${stack}`,
      destroy: `npx storm destroy ${stack}`,
      approve: (previewed, run) => approved(record, previewed, run),
      watch: only(record),
    },
    output,
  );
}

/** @throws UserError when what would happen is not what was previewed */
async function approved(record: PreviewRecord, previewed: Previewed, { stack, output }: Deployment): Promise<true> {
  const key = await openKey(stack, record.key).catch((error: unknown) => {
    throw refused("the record can not be opened with this stack's secrets", stack.name, [messageOf(error)]);
  });
  const found = difference(record, { ...previewed, config: readConfig(stack.name) }, key);
  if (found === "") return true;
  output.write(`What would happen now is not what was previewed (- previewed, + now):\n${found}`);
  throw refused("what would happen now is not what was previewed", stack.name);
}

function refused(why: string, stack: string, hints: readonly string[] = []): UserError {
  return new UserError(`nothing was changed: ${why}`, [
    ...hints,
    `Let it be previewed and approved again: npx storm ci preview ${stack}`,
  ]);
}
