/** Reads what the environment was before this run; see plan/before.ts. */
import * as pulumi from "@pulumi/pulumi";
import { packedFiles } from "../components/enrolment";
import { type Before, beforeOf, NOTHING, type StateEntry } from "../plan/before";
import type { LayerSettings } from "./layers";
import type { GivenLayers } from "./upstream";

/** What the engine answers, as tools/ask-state.js asks it. */
export interface StateQuestion {
  answer: Promise<unknown>;
}

/**
 * Of this stack, when it makes the nodes; else of the stack that does. Of all that the engine answers only names are kept.
 * @throws RunError when the state cannot be read
 */
export async function readBefore(
  { here }: Pick<LayerSettings, "here">,
  given: GivenLayers,
  state: StateQuestion,
): Promise<Before> {
  if (here.includes("nodes")) return ownBefore(state);
  const upstream = upstreamBefore(given);
  return here.includes("cluster") ? { ...upstream, rejoined: (await ownBefore(state)).rejoined } : upstream;
}

async function ownBefore({ answer }: StateQuestion): Promise<Before> {
  packedFiles(); // takes a moment, and the engine is still reading
  try {
    // As the engine's builtins.go answers: by URN, each with its type and outputs.
    const { outputs = {} } = (await answer) as { outputs?: Record<string, Omit<StateEntry, "urn">> };
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
