/** Which layers this Pulumi stack makes, and which stacks have the others: stack config `storm:layers` and `storm:upstream`. */

/** In the order in which they are made. */
export const LAYERS = ["base", "nodes", "cluster", "edge", "apps"] as const;
export type Layer = (typeof LAYERS)[number];

/** Not one of them: what application teams read, in a stack of its own with a key of its own. */
export const OUTPUTS_LAYER = "outputs";

/** What each layer takes from the others. */
export const NEEDS: Record<Layer, readonly Layer[]> = {
  base: [],
  nodes: ["base"],
  cluster: ["base", "nodes"],
  edge: ["base", "nodes", "cluster"],
  apps: ["base", "nodes", "edge"],
};

export interface LayerSettings {
  /** What this stack makes; all of LAYERS by default. Empty: the layer `outputs`. */
  here: readonly Layer[];
  /** Whether `storm:layers` is set: then this stack tells its layers' values to the stacks that build on it. */
  split: boolean;
  upstream: Upstream[];
}

/** Another stack of the same environment. */
export interface Upstream {
  /** As a stack reference has it: "prod-base", or "organization/storm/prod-base" where the backend asks for it. */
  stack: string;
  /** What storm:upstream says is there; undefined: whatever it has. */
  layer?: Layer;
}

/**
 * @param layers `storm:layers`: a list, or one word
 * @param upstream `storm:upstream`: a list of stacks, one stack, or a map layer -> stack
 * @throws Error that says which key, what was found and what is allowed
 */
export function layerSettings(layers: unknown, upstream: unknown): LayerSettings {
  const stacks = upstreams(upstream);
  if (layers === undefined) {
    if (stacks.length > 0)
      throw new Error("stack config storm:upstream is set but storm:layers is not: this stack makes all layers");
    return { here: LAYERS, split: false, upstream: [] };
  }
  const words: unknown[] = Array.isArray(layers) ? layers : [layers];
  if (words.includes(OUTPUTS_LAYER)) return outputsAlone(words, stacks);
  const here = words.map((word) => knownLayer(word, "storm:layers"));
  const [first] = here;
  if (first === undefined)
    throw new Error(`stack config storm:layers is empty: name some of ${LAYERS.join(", ")}, or leave it out for all`);
  const run = LAYERS.slice(LAYERS.indexOf(first), LAYERS.indexOf(first) + here.length);
  if (run.join() !== here.join())
    throw new Error(
      `stack config storm:layers must be neighbours in the order ${LAYERS.join(", ")}, each once; got ${here.join(", ")}`,
    );
  if (first === "base" && stacks.length > 0)
    throw new Error(
      "stack config storm:upstream is set, but layer base takes nothing from another stack: leave it out",
    );
  if (first !== "base" && stacks.length === 0)
    throw new Error(
      `stack config storm:upstream is missing: layer ${first} takes ${missing(here).join(", ")} from the stacks that have them`,
    );
  return { here, split: true, upstream: stacks };
}

/** What these layers take from other stacks, in the order of layers. */
export function missing(here: readonly Layer[]): Layer[] {
  const needed = new Set(here.flatMap((layer) => NEEDS[layer]));
  return LAYERS.filter((layer) => needed.has(layer) && !here.includes(layer));
}

function outputsAlone(words: unknown[], stacks: Upstream[]): LayerSettings {
  if (words.length > 1)
    throw new Error(
      "stack config storm:layers: layer outputs must be alone in its stack, whose key then opens nothing else",
    );
  const [first, ...more] = stacks;
  if (first === undefined || more.some(({ stack }) => stack !== first.stack))
    throw new Error(
      `stack config storm:upstream must name one stack for layer outputs: the one that has layer nodes, or all; got ${stacks.length}`,
    );
  return { here: [], split: true, upstream: [{ stack: first.stack }] };
}

function upstreams(value: unknown): Upstream[] {
  if (value === undefined) return [];
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).map(([layer, stack]) => ({
      layer: knownLayer(layer, "storm:upstream"),
      stack: stackName(stack),
    }));
  const names: unknown[] = Array.isArray(value) ? value : [value];
  return names.map((name) => ({ stack: stackName(name) }));
}

function stackName(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`stack config storm:upstream must be stack names, such as [prod-base]; got ${JSON.stringify(value)}`);
}

function knownLayer(word: unknown, key: string): Layer {
  const layer = LAYERS.find((each) => each === word);
  if (layer === undefined)
    throw new Error(
      `stack config ${key}: unknown layer ${JSON.stringify(word)} (allowed: ${LAYERS.join(", ")}; ${OUTPUTS_LAYER}, alone)`,
    );
  return layer;
}
