/** What the clouds have of an environment by its tags, and its end. */
import { listed } from "../../plan/compare";
import type { Plan } from "../../plan/types";
import { messageOf, UserError } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { awsSource } from "../accounts/aws";
import { AZURE, principalOf } from "../accounts/azure";
import { confirmByName, type Terminal } from "../ask";
import { findAws } from "./aws";
import { findAzure } from "./azure";
import { findDigitalOcean } from "./digitalocean";
import type { Found, Looked, Mark } from "./found";

export interface SweepSources {
  env: Readonly<Record<string, string | undefined>>;
  /** Of stack config, or of the environment. */
  digitalOceanToken?: string;
  /** Tests have others. */
  azure?: typeof AZURE;
}

/** Looks in every cloud that the plan has a site in, at nothing but what carries its tags; changes nothing. */
export async function look(plan: Pick<Plan, "name" | "env" | "sites">, sources: SweepSources): Promise<Looked[]> {
  const mark: Mark = { owner: plan.name, stack: plan.env };
  const looked: Looked[] = [];
  // Azure's groups are the subscription's, in whatever region.
  const places = plan.sites.filter(
    ({ provider }, index, all) => provider !== "azure" || all.findIndex((site) => site.provider === provider) === index,
  );
  for (const { provider, region, name } of places) {
    const finding = finder(provider, region, mark, sources);
    if (finding === undefined) continue;
    try {
      if (typeof finding === "string") looked.push({ place: name, notLooked: finding });
      else looked.push({ found: await finding() });
    } catch (error) {
      looked.push({ place: name, notLooked: messageOf(error) });
    }
  }
  return looked;
}

/** How to look there, or why that cannot be; undefined: there is nothing to look at. */
function finder(
  provider: Plan["sites"][number]["provider"],
  region: string,
  mark: Mark,
  { env, digitalOceanToken, azure = AZURE }: SweepSources,
): (() => Promise<Found[]>) | string | undefined {
  switch (provider) {
    case "aws": {
      const keys = awsSource(env)?.keys;
      return keys === undefined
        ? "only the provider itself has its credential"
        : () => findAws({ region, keys, env }, mark);
    }
    case "azure": {
      const [who, subscription] = [principalOf(env), env["ARM_SUBSCRIPTION_ID"]];
      if (who === undefined || !subscription) return "only the provider itself has its credential";
      return () => findAzure({ who, subscription, places: azure }, mark);
    }
    case "digitalocean":
      if (digitalOceanToken === undefined)
        return "there is no token (DIGITALOCEAN_TOKEN; that of stack config opens only while the stack is there)";
      return () => findDigitalOcean({ region, token: digitalOceanToken, env }, scope(mark, region));
    default:
      return undefined;
  }
}

/** As DigitalOcean's tags have it: they are the account's, and begin with a letter. */
export function scope({ owner, stack }: Mark, region: string): string {
  const text = `${owner}-${stack}-${region}`;
  return /^[a-z]/.test(text) ? text : `storm-${text}`;
}

/** What was found, one line each. */
export function foundText(looked: readonly Looked[]): string[] {
  return looked.flatMap((each) =>
    "found" in each
      ? each.found.map(({ place, what, remove }) => `${place}: ${what}${remove === undefined ? " (by hand)" : ""}`)
      : [],
  );
}

/** Where nobody looked, and why. */
export function notLookedText(looked: readonly Looked[]): string[] {
  return looked.flatMap((each) => ("notLooked" in each ? [`${each.place}: not looked at: ${each.notLooked}`] : []));
}

export interface Sweeping {
  looked: readonly Looked[];
  /** Stacks that have some of it in their state: then all of it may be a cluster's that runs, and nothing is deleted. */
  known: readonly string[];
  /** Another look. */
  again: () => Promise<readonly Looked[]>;
}

/**
 * Shows what is left and deletes what somebody has seen first: another checkout's cluster of the same name and environment has the same
 * tags, so no --yes stands for it.
 * @returns whether nothing is left
 */
export async function sweep(
  plan: Pick<Plan, "name" | "env">,
  { looked, known, again }: Sweeping,
  output: Output,
  terminal: Terminal,
): Promise<boolean> {
  const lines = foundText(looked);
  const unknown = notLookedText(looked);
  const mark = `owner ${plan.name}, stack ${plan.env}`;
  if (unknown.length > 0)
    output.write(`Look there yourself for what is left, by its tags (${mark}):\n${indented(unknown)}`);
  if (lines.length === 0) return unknown.length === 0;
  output.write(`Still there, by its tags (${mark}):\n${indented(lines)}`);
  const removable = looked.flatMap((each) => ("found" in each ? each.found : [])).filter(({ remove }) => remove);
  if (removable.length === 0) return false;
  if (known.length > 0) {
    output.write(
      `Nothing of it was deleted: the state of ${listed(known)} has some of it, which is no leftover then\n`,
    );
    return false;
  }
  if (terminal.input.isTTY !== true) {
    output.write("Nothing of it was deleted: that takes somebody at a terminal who has seen this list\n");
    return false;
  }
  output.write("Another cluster of this name and environment in these accounts has the same tags.\n");
  const name = `${plan.name}-${plan.env}`;
  const question = `Type ${name} to delete these ${removable.length}:`;
  if (!(await confirmByName(question, name, { command: "" }, terminal))) {
    output.write("Nothing of it was deleted\n");
    return false;
  }
  const failed: string[] = [];
  for (const { place, what, remove } of removable)
    await remove?.().then(
      () => output.write(`  ${place}: ${what}: asked to delete\n`),
      (error: unknown) => void failed.push(`${place}: ${what}: ${messageOf(error)}`),
    );
  if (failed.length > 0)
    throw new UserError("not all of it could be deleted", [
      ...failed,
      "The rest was asked to go. What hangs on something else goes when that is gone: run it again in some minutes.",
    ]);
  // Of Azure's deletions only the request is answered: another look tells what became of them.
  const after = await again();
  const left = [...foundText(after), ...notLookedText(after)];
  if (left.length === 0) return true;
  output.write(
    `Not gone yet:\n${indented(left)}What was asked for can take minutes, and can fail: run it again; the exit code is 0 when nothing is left\n`,
  );
  return false;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join("");
}
