/** Who else may have what carries an environment's tags: machines that run are no leftovers. */
import { readdirSync } from "node:fs";
import type { Backend } from "../../tools/backend";
import { checkout } from "../../tools/paths";
import { readConfig, type StackConfig } from "../config";
import type { Looked } from "./found";

/** Why a stack is not alone in its environment, as far as this checkout's configs say; undefined: it is. */
export function sharedBy(stack: string, folder = checkout): string | undefined {
  const config = readConfig(stack, folder);
  if (config["storm:layers"] !== undefined)
    return `stack ${stack} is one of several that make its environment (storm:layers), and the others' things have the same tags`;
  const env = environmentOf(stack, config);
  const others = readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((name) => name !== stack)
    .filter((name) => {
      const its = readConfig(name, folder);
      return environmentOf(name, its) === env && !makesNothing(its);
    })
    .sort();
  if (others.length === 0) return undefined;
  const files = others.map((name) => `Pulumi.${name}.yaml`).join(", ");
  return `${files} ${others.length === 1 ? "is" : "are"} of environment ${env}, too, and what that makes has the same tags`;
}

function environmentOf(stack: string, config: StackConfig): string {
  return String(config["storm:env"] ?? stack);
}

/** Layer `outputs`, which is alone in its stack: one word or a list, which stack config may have as text. */
function makesNothing(config: StackConfig): boolean {
  return String(config["storm:layers"]).replace(/[[\]"\s]/g, "") === "outputs";
}

/** Names of the stacks whose state knows some of what was found. @throws Error where a state cannot be read */
export async function knownTo(looked: readonly Looked[], backends: readonly Backend[]): Promise<string[]> {
  const found = looked.flatMap((each) => ("found" in each ? each.found : []));
  const ids = new Set(found.flatMap(({ id }) => (id === undefined ? [] : [id.toLowerCase()])));
  const names = new Set<string>();
  if (ids.size === 0) return [];
  for (const backend of backends)
    for (const stack of await backend.stacks()) {
      const entries = (await backend.state(stack))?.entries ?? [];
      if (entries.some(({ id }) => id !== undefined && ids.has(id.toLowerCase()))) names.add(stack);
    }
  return [...names].sort();
}
