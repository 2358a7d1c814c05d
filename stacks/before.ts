/** Reads what the environment was before this run; see plan/before.ts. */
import * as pulumi from "@pulumi/pulumi";
import { type Before, beforeOf, NOTHING, type StateEntry } from "../plan/before";
import type { LayerSettings } from "./layers";
import type { GivenLayers } from "./upstream";

/**
 * Of this stack, when it makes the nodes; else of the stack that does. By the engine's own function on this very stack: it works with
 * every backend, in previews and updates, before anything is registered. Of all that it answers only names are kept.
 * @throws RunError when the state cannot be read
 */
export async function readBefore({ here }: Pick<LayerSettings, "here">, given: GivenLayers): Promise<Before> {
  if (here.includes("nodes")) return ownBefore();
  const upstream = upstreamBefore(given);
  return here.includes("cluster") ? { ...upstream, rejoined: (await ownBefore()).rejoined } : upstream;
}

async function ownBefore(): Promise<Before> {
  const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  try {
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    // As the engine's builtins.go answers: by URN, each with its type and outputs.
    const { outputs = {} } = answer as { outputs?: Record<string, Omit<StateEntry, "urn">> };
    return beforeOf(Object.entries(outputs).map(([urn, entry]) => ({ urn, outputs: entry.outputs })));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(`the state of this stack cannot be read, and with it who the managers are: ${reason}`);
  }
}

/** What the stack with the nodes has decided holds here too. Its machines are its own to guard. */
function upstreamBefore({ nodes }: GivenLayers): Before {
  if (nodes === undefined) return NOTHING;
  const { managers, volumeNode } = nodes.values;
  return { ...NOTHING, managers, volumeNode, nodes: Object.keys(nodes.values.nodes) };
}
