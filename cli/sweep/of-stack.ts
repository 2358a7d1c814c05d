/** The clouds of a stack, as its storm.yml names them. */
import { existsSync } from "node:fs";
import { makePlan } from "../../plan/plan";
import type { Plan } from "../../plan/types";
import { type Backend, FolderBackend } from "../../tools/backend";
import { UserError } from "../../tools/errors";
import { inLab } from "../../tools/paths";
import type { Output } from "../../tools/report";
import { storedCredentials } from "../accounts/stored";
import { engineVault } from "../accounts/vault";
import { type Terminal, terminal } from "../ask";
import { configFile } from "../config";
import { loadSettings } from "../load-settings";
import { FilesRefused, loadSpecFor } from "../preflight";
import { refuseUnfit } from "../production";
import { engineStack } from "../workspace";
import { look, sweep, type SweepSources } from "./sweep";
import { knownTo, sharedBy } from "./whose";

/** What is looked at, or why nothing is. */
export type Sweep =
  | {
      plan: Pick<Plan, "name" | "env" | "sites">;
      sources: SweepSources;
      /** Where states are that may know what is found. */
      backends: readonly Backend[];
    }
  | { notLooked: string };

export interface SweepWish {
  /** Where the state of the stack was looked for. */
  backend: Backend;
  /** It has none there: what is found may be a cluster's that runs, whose state is elsewhere. */
  gone: boolean;
  forceProduction: boolean;
}

/**
 * Before the stack is gone, for its config may have the token. Undefined when there is nothing to look at: nobody's config, no cloud,
 * the lab's clouds.
 * @throws UserError for a production stack, unless it is forced
 */
export async function sweepOf(stack: string, wish: SweepWish, log: Output): Promise<Sweep | undefined> {
  if (inLab || !existsSync(configFile(stack))) return undefined;
  const plan = planOf(stack, log);
  if (plan === undefined) return { notLooked: "storm.yml names them, and the above is wrong with it" };
  if (!plan.sites.some(({ provider }) => ["aws", "azure", "digitalocean"].includes(provider))) return undefined;
  refuseProduction(plan, stack, wish.forceProduction);
  const shared = sharedBy(stack);
  if (shared !== undefined) return { notLooked: shared };
  const { backend } = wish;
  return {
    plan,
    sources: { env: process.env, digitalOceanToken: await digitalOceanToken(stack, plan, wish, log) },
    backends: backend instanceof FolderBackend ? [backend] : [backend, new FolderBackend()],
  };
}

function planOf(stack: string, log: Output): Plan | undefined {
  try {
    return makePlan(loadSpecFor(stack, undefined, log), { env: loadSettings(stack, undefined).env }).plan;
  } catch (error) {
    if (!(error instanceof FilesRefused)) throw error;
    return undefined;
  }
}

/** Where its state cannot be, none is missed; and what runs in production is deleted by nobody who did not say so. */
export function refuseProduction(plan: Plan, stack: string, force: boolean): void {
  if (!plan.production) return;
  refuseUnfit(plan, stack);
  if (!force)
    throw new UserError(`stack ${stack} is in production`, [
      "Nothing was changed. What carries its tags may be what runs.",
      `To look for it all the same: npx storm destroy ${stack} --data --force-production`,
    ]);
}

async function digitalOceanToken(
  stack: string,
  plan: Plan,
  { gone }: SweepWish,
  log: Output,
): Promise<string | undefined> {
  const credential = storedCredentials(plan).find(({ title }) => title === "DigitalOcean");
  const key = credential?.fields[0]?.key;
  if (credential === undefined || key === undefined) return undefined;
  const vault = engineVault(stack, () => engineStack(stack, log));
  // Only the stack opens what is encrypted.
  return vault.how(key) === "encrypted" && !gone ? vault.get(key) : credential.elsewhere?.values[0];
}

/** Looks, shows, and deletes what somebody at the terminal wants gone. The exit code is 1 while something is left, or was not looked at. */
export async function sweepAll(swept: Sweep, output: Output, at: Terminal = terminal()): Promise<void> {
  if ("notLooked" in swept) {
    output.write(`The clouds are not looked at for what is left: ${swept.notLooked}\n`);
    process.exitCode = 1;
    return;
  }
  const { plan, sources, backends } = swept;
  const again = () => look(plan, sources);
  const looked = await again();
  const known = await knownTo(looked, backends);
  if (!(await sweep(plan, { looked, known, again }, output, at))) process.exitCode = 1;
}
