import { addPool } from "../../spec/edit/add-pool";
import { didYouMean, nearestWord } from "../../spec/nearest";
import type { RoleSpec } from "../../spec/spec";
import { catalog, type MachineProvider, machineProviders } from "../../spec/sizes/catalog";
import { PORTABLE_SIZES } from "../../spec/sizes/types";
import { UserError } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { editAndDeploy, type EditOptions } from "../edit-and-deploy";

export interface LaunchOptions extends EditOptions {
  region?: string;
  role?: string;
}

const ROLES = ["manager", "worker", "data"] as const satisfies readonly RoleSpec[];

/** `storm launch N PROVIDER SIZE NAME`: one pool more in storm.yml, and the deployment of it. */
export async function launch(
  [count, provider, size, given]: [string, string, string, string],
  options: LaunchOptions,
  output: Output,
): Promise<void> {
  const name = poolName(given);
  if (name !== given) output.write(`The pool is called ${name}: its name becomes part of host names\n`);
  const pool = {
    provider: providerOf(provider),
    name,
    count,
    size: sizeOf(size),
    region: options.region,
    role: roleOf(options.role),
  };
  const command = `npx storm launch ${count} ${provider} ${size} ${given} -s ${options.stack}`;
  await editAndDeploy(options, command, (text, load) => addPool(text, load, pool), output);
}

/** Words of the seed, such as unique_instance, as host names have them. */
export function poolName(given: string): string {
  return given.toLowerCase().replaceAll("_", "-");
}

/** Portable sizes are written in lower case; a provider's own types as they are. */
function sizeOf(given: string): string {
  return PORTABLE_SIZES.find((size) => size === given.toLowerCase()) ?? given;
}

/** "azure", "Azure" or "AZURE". @throws UserError with the word that was meant */
export function providerOf(given: string): MachineProvider {
  const found = machineProviders.find((provider) => provider === given.toLowerCase());
  if (found !== undefined) return found;
  const words = machineProviders.map((provider): string => catalog[provider].key);
  throw new UserError(`there is no provider ${given}${didYouMean(nearestWord(given, words))}`, [
    `Providers: ${words.join(", ")}`,
  ]);
}

function roleOf(given: string | undefined): (typeof ROLES)[number] | undefined {
  const found = ROLES.find((role) => role === given);
  if (given !== undefined && found === undefined)
    throw new UserError(`there is no role ${given}`, [`Roles: ${ROLES.join(", ")}`]);
  return found;
}
