import { join } from "node:path";
import { buildGuestbook } from "../catalog/guestbook/build";
import { loadAll } from "../load";
import { type Before, beforeOf, NOTHING } from "../plan/before";
import { checkChanges } from "../plan/changes";
import { REPLACING } from "../plan/replacing";
import type { Plan } from "../plan/types";
import type { StackState } from "../tools/backend";
import { UserError, messageOf } from "../tools/errors";
import { checkout } from "../tools/paths";
import type { Output } from "../tools/report";
import { readConfig } from "./config";
import { loadSettings } from "./load-settings";
import { backendOf } from "./workspace";

/**
 * Reads storm.yml and its compose files as the program will: what is wrong with them is said at once, before anything
 * is installed, built or started, and before the stack's config names the file. Returns its plan.
 */
export async function preflight(stack: string, file: string | undefined, output: Output): Promise<Plan> {
  const { plan: first } = await makePlanOf(stack, file, output);
  // Only now: where the state is not in this checkout's folder, an engine has to be set up for it.
  const before = beforeIn(await (await backendOf(stack, output)).state(stack));
  if (before.managers.length === 0) return first;
  const { plan } = await makePlanOf(stack, file, output, before);
  const replacing = REPLACING.find((word) => word === readConfig(stack)["storm:replaceManagers"]);
  clearly(output, () => checkChanges(plan, before, replacing, stack));
  return plan;
}

/** What the plan has to know of a stack's state. */
export function beforeIn(state: StackState | undefined): Before {
  return state === undefined ? NOTHING : beforeOf(state.entries);
}

/**
 * The plan of a stack.
 * @throws UserError when its files are wrong; the reasons are in `output` by then.
 */
export async function makePlanOf(
  stack: string,
  file: string | undefined,
  output: Output,
  before?: Before,
): Promise<{ plan: Plan; warnings: string[] }> {
  // The default stack builds its image from this bundle.
  await buildGuestbook();
  return clearly(output, () =>
    loadAll({ ...loadSettings(stack, file), before, buildDirectory: join(checkout, ".storm", "builds") }),
  );
}

/** What is wrong with the user's files goes to `output` as it is; the error says that nothing was done. */
function clearly<T>(output: Output, look: () => T): T {
  try {
    return look();
  } catch (error) {
    output.write(messageOf(error).trimEnd() + "\n");
    throw new UserError("nothing was changed: the above has to be put right first");
  }
}
