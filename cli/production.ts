/** What `storm deploy --production` says and does besides deploying. */
import { existsSync, rmSync } from "node:fs";
import type { Plan } from "../plan/types";
import { checkProduction } from "../production";
import { messageOf, UserError } from "../tools/errors";
import { checkout, credentialFolder } from "../tools/paths";
import type { Output } from "../tools/report";
import { isOwnBackend } from "../tools/state-backend";
import { removeContext } from "./commands/context";
import { readConfig } from "./config";
import { PRODUCTION_KEY } from "./deployment";
import { findOnPath } from "../tools/find-on-path";

/** Said before it is asked for. */
export function productionWords(stack: string): string[] {
  return [
    `Stack ${stack} becomes a production stack. That is not taken back by deploying without the option:`,
    `  its config has it from now on (${PRODUCTION_KEY}), for every later deployment`,
    "  disks for data and DNS zones that Storm makes are protected: no deployment deletes them, nor a destroy without --force-production",
    "  keys of the cluster that are on this machine are removed for good: what `storm env` wrote, the docker context;",
    "  from now on `storm env` writes into memory alone, and `storm context` refuses",
  ];
}

/** @throws UserError when the place of the state is not fit for a plan's production */
export function refuseUnfit(plan: Plan, stack: string): void {
  const backend = isOwnBackend(process.env, checkout) ? undefined : process.env.PULUMI_BACKEND_URL;
  const allowed = String(readConfig(stack)["storm:allowLocalState"]) === "true";
  try {
    checkProduction(plan, { directory: checkout, stack, backend, allowed });
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

/** Removes what earlier commands left of a stack's keys on this machine: they are not made again. */
export function forgetKeys(stack: string, output: Output): void {
  const folder = credentialFolder(stack);
  if (existsSync(folder)) {
    rmSync(folder, { recursive: true });
    output.write(`${folder} is gone: the cluster's keys are on no disk of this machine\n`);
  }
  // The client has a copy of its own.
  if (findOnPath("docker") !== undefined) removeContext(stack, output);
}
