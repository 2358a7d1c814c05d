/** Reads what other stacks of the environment have made. */
import * as pulumi from "@pulumi/pulumi";
import { parsed } from "../outputs/schema";
import type { Layer, LayerSettings } from "./layers";
import { missing } from "./layers";
import { type LayerValues, layerValues } from "./layer-values";

/** A layer of another stack, and which stack that is. */
export interface Given<L extends Layer = Layer> {
  values: NonNullable<LayerValues[L]>;
  from: string;
}
export type GivenLayers = { [L in Layer]?: Given<L> };

/**
 * A stack's outputs, secrets opened: who calls this sees to it that they stay secret. By the engine's function, not by a StackReference
 * resource: that would keep a copy of everything the other stack shows in this one's state, under this one's key.
 * @throws RunError when there is no such stack
 */
export async function readStack(stack: string): Promise<Record<string, unknown>> {
  try {
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
    return (answer as { outputs?: Record<string, unknown> }).outputs ?? {}; // as the engine's builtins.go answers
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(`stack config storm:upstream: stack ${stack} cannot be read: ${reason}`);
  }
}

/**
 * The layers that this stack needs and does not make.
 * @throws RunError when one of them is nowhere, in two stacks, of another environment or of another schemaVersion
 */
export async function readUpstream({ here, upstream }: LayerSettings, env: string): Promise<GivenLayers> {
  const stacks = [...new Set(upstream.map(({ stack }) => stack))];
  const read = await Promise.all(
    stacks.map(async (stack) => ({ stack, values: valuesOf(stack, await readStack(stack), env) })),
  );
  const given: GivenLayers = {};
  for (const layer of missing(here)) take(layer);
  return given;

  function take<L extends Layer>(layer: L): void {
    const named = upstream.find((each) => each.layer === layer)?.stack;
    const having = read.flatMap(({ stack, values }) => {
      const value = values[layer];
      return value === undefined || (named !== undefined && stack !== named) ? [] : [{ stack, value }];
    });
    const [found, second] = having;
    if (second !== undefined)
      throw new pulumi.RunError(
        `stack config storm:upstream: layer ${layer} is in ${having.map(({ stack }) => stack).join(" and in ")}; say which by a map, {${layer}: ...}`,
      );
    if (found === undefined)
      throw new pulumi.RunError(
        `stack config storm:upstream: layer ${layer} is needed and is not in ${named ?? stacks.join(", ")}: name the stack that has it, and bring that up first`,
      );
    Object.assign(given, { [layer]: { values: found.value, from: found.stack } });
  }
}

function valuesOf(stack: string, outputs: Record<string, unknown>, env: string): LayerValues {
  const { layers } = outputs;
  if (layers === undefined)
    throw new pulumi.RunError(
      `stack config storm:upstream: stack ${stack} has no output layers: it is not up yet, or has no storm:layers in its own config`,
    );
  const values = clearly(() =>
    parsed(
      layerValues,
      layers,
      `output layers of stack ${stack}`,
      `run \`pulumi up -s ${stack}\` with this version first`,
    ),
  );
  if (values.env !== env)
    throw new pulumi.RunError(
      `stack config storm:upstream: stack ${stack} is of environment ${values.env}, and this one is of ${env} (storm:env)`,
    );
  return values;
}

/** An error of ours is one line to the user, not a stack trace. */
export function clearly<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}
