import { layerSettings, LAYERS, missing } from "../../stacks/layers";

/** Stack config storm:layers and storm:upstream: what is allowed, and what each mistake says. */

test("all layers by default, with nothing from elsewhere", () => {
  expect(layerSettings(undefined, undefined)).toEqual({ here: LAYERS, split: false, upstream: [] });
});

test("a list, or one word; stacks as a list, one word or a map", () => {
  expect(layerSettings(["base", "nodes"], undefined)).toEqual({ here: ["base", "nodes"], split: true, upstream: [] });
  expect(layerSettings("nodes", "prod-base")).toEqual({
    here: ["nodes"],
    split: true,
    upstream: [{ stack: "prod-base" }],
  });
  expect(layerSettings(["apps"], { nodes: "a", edge: "b" }).upstream).toEqual([
    { layer: "nodes", stack: "a" },
    { layer: "edge", stack: "b" },
  ]);
});

test("layer outputs, alone and from one stack", () => {
  expect(layerSettings("outputs", ["prod"])).toEqual({ here: [], split: true, upstream: [{ stack: "prod" }] });
});

test("what comes from other stacks", () => {
  expect(missing(["base", "nodes"])).toEqual([]);
  expect(missing(["cluster", "edge"])).toEqual(["base", "nodes"]);
  expect(missing(["apps"])).toEqual(["base", "nodes", "edge"]);
});

test.each<[string, unknown, unknown, string]>([
  [
    "an unknown layer",
    ["base", "node"],
    undefined,
    'storm:layers: unknown layer "node" (allowed: base, nodes, cluster, edge, apps; outputs, alone)',
  ],
  [
    "no layer",
    [],
    undefined,
    "storm:layers is empty: name some of base, nodes, cluster, edge, apps, or leave it out for all",
  ],
  [
    "a gap",
    ["base", "cluster"],
    undefined,
    "must be neighbours in the order base, nodes, cluster, edge, apps, each once; got base, cluster",
  ],
  ["another order", ["nodes", "base"], undefined, "got nodes, base"],
  ["one twice", ["base", "base"], undefined, "got base, base"],
  ["beyond the last", ["apps", "apps"], "x", "got apps, apps"],
  [
    "no upstream",
    ["cluster", "edge"],
    undefined,
    "storm:upstream is missing: layer cluster takes base, nodes from the stacks that have them",
  ],
  ["an upstream of base", ["base"], ["x"], "layer base takes nothing from another stack: leave it out"],
  ["an upstream of everything", undefined, ["x"], "storm:upstream is set but storm:layers is not"],
  ["an upstream that is no name", ["nodes"], [1], "storm:upstream must be stack names, such as [prod-base]; got 1"],
  ["an upstream for an unknown layer", ["nodes"], { bases: "x" }, 'storm:upstream: unknown layer "bases"'],
  ["outputs with others", ["apps", "outputs"], ["x"], "layer outputs must be alone in its stack"],
  ["outputs of nothing", "outputs", undefined, "storm:upstream must name one stack for layer outputs"],
  ["outputs of two", "outputs", ["a", "b"], "the one that has layer nodes, or all; got 2"],
])("%s", (_, layers, upstream, message) => {
  expect(() => layerSettings(layers, upstream)).toThrow(message);
});
