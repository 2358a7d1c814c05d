/** The clouds of a stack, as its storm.yml names them. */
import { existsSync } from "node:fs";
import { makePlan } from "../../plan/plan";
import type { Plan } from "../../plan/types";
import { inLab } from "../../tools/paths";
import type { Output } from "../../tools/report";
import { storedCredentials } from "../accounts/stored";
import { engineVault } from "../accounts/vault";
import { terminal } from "../ask";
import { configFile } from "../config";
import { loadSettings } from "../load-settings";
import { FilesRefused, loadSpecFor } from "../preflight";
import { engineStack } from "../workspace";
import { look, sweep, type SweepSources } from "./sweep";

export interface Sweep {
  plan: Plan;
  sources: SweepSources;
}

/** Undefined when there is nothing to look at: nobody's config, no cloud, the lab's clouds, or a storm.yml that cannot be read. */
export async function sweepOf(stack: string, log: Output): Promise<Sweep | undefined> {
  if (inLab || !existsSync(configFile(stack))) return undefined;
  const plan = planOf(stack, log);
  if (plan === undefined || !plan.sites.some(({ provider }) => ["aws", "azure", "digitalocean"].includes(provider)))
    return undefined;
  return { plan, sources: { env: process.env, digitalOceanToken: await digitalOceanToken(stack, plan, log) } };
}

function planOf(stack: string, log: Output): Plan | undefined {
  try {
    return makePlan(loadSpecFor(stack, undefined, log), { env: loadSettings(stack, undefined).env }).plan;
  } catch (error) {
    if (!(error instanceof FilesRefused)) throw error;
    log.write("Clouds are not looked at for what is left: storm.yml names them\n");
    return undefined;
  }
}

async function digitalOceanToken(stack: string, plan: Plan, log: Output): Promise<string | undefined> {
  const credential = storedCredentials(plan).find(({ title }) => title === "DigitalOcean");
  const key = credential?.fields[0]?.key;
  if (credential === undefined || key === undefined) return undefined;
  const vault = engineVault(stack, () => engineStack(stack, log));
  return vault.how(key) === "encrypted" ? vault.get(key) : credential.elsewhere?.values[0];
}

/** Looks, shows, and deletes what somebody at the terminal wants gone. The exit code is 1 while something is left. */
export async function sweepAll({ plan, sources }: Sweep, output: Output): Promise<void> {
  const looked = await look(plan, sources);
  if (!(await sweep(plan, looked, output, terminal()))) process.exitCode = 1;
}
