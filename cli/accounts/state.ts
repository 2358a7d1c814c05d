/** Where the state is, and whether it can be read. */
import type { Plan } from "../../plan/types";
import { messageOf } from "../../tools/errors";
import { checkout } from "../../tools/paths";
import { isOwnBackend } from "../../tools/state-backend";
import { refuseUnfit } from "../production";
import { type Finding, judge } from "./finding";

const OWN = "this checkout";

/** In words; an address without what may open it. */
export function placeOfState(env: NodeJS.ProcessEnv = process.env): string {
  if (isOwnBackend(env, checkout)) return `the state of ${OWN} (PULUMI_BACKEND_URL names no other)`;
  return `the state at ${(env.PULUMI_BACKEND_URL ?? "").replace(/\?.*$/, "").replace(/\/\/[^/]*@/, "//")}`;
}

/** @param stacks asks the backend that the environment names for its stacks */
export async function checkState(stack: string, plan: Plan, stacks: () => Promise<string[]>): Promise<Finding> {
  const own = isOwnBackend(process.env, checkout);
  const say = judge("State", own ? OWN : "PULUMI_BACKEND_URL");
  try {
    refuseUnfit(plan, stack);
  } catch (error) {
    return say("fail", messageOf(error));
  }
  if (own) return say("ok", "a folder and a passphrase of this checkout: for trying out, not for production");
  try {
    const known = await stacks();
    const there = known.some((name) => name === stack || name.endsWith(`/${stack}`));
    return say("ok", there ? `has the stack ${stack}` : `can be read; the stack ${stack} is not there yet`);
  } catch (error) {
    return say(
      "fail",
      messageOf(error).split("\n").slice(0, 2).join(" "),
      "docs/state.md says what opens each backend",
    );
  }
}
