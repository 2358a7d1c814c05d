import { environment } from "../../stacks/environment";
import { type Layer, layerSettings, type LayerSettings } from "../../stacks/layers";
import { readUpstream } from "../../stacks/upstream";
import { promiseOf, type Registered, register } from "../components/support/mocks";
import { deployed, loaded, MACHINE, removeBuilds } from "../components/support/program";

/** An environment in one stack and split over several: the same resources. tests/previews/layers.test.ts moves them on the engine. */

/** Two sites would need a cloud: a second stack and pools of other roles are enough to tell names from positions. */
const SPEC = { compose: { second: { file: "catalog/guestbook/docker-compose.yml" } } };
afterAll(removeBuilds);

type Stacks = Record<string, Record<string, unknown>>;

/** One stack of these layers, with the values that the stacks before it show. */
async function stackOf(settings: LayerSettings, stacks: Stacks, env = "dev") {
  const { plan, stacks: rendered } = loaded(SPEC, env);
  const { resources, result } = await register(
    async () => {
      const given = await readUpstream(settings, env);
      return environment({
        plan,
        stacks: rendered,
        settings: { machine: MACHINE, hostsKey: undefined },
        here: settings.here,
        given,
      });
    },
    { stacks },
  );
  return { resources, layers: result.layers, shown: { layers: await promiseOf(result.layers) } };
}

/** Brings an environment up, one stack after the other. */
async function split(parts: Layer[][]) {
  const stacks: Stacks = {};
  const resources: Registered[] = [];
  for (const part of parts) {
    const upstream = part[0] === "base" ? undefined : Object.keys(stacks);
    const made = await stackOf(layerSettings(part, upstream), stacks);
    resources.push(...made.resources);
    // As the backend gives it back: JSON.
    stacks[`dev-${part[0]}`] = JSON.parse(JSON.stringify(made.shown)) as Record<string, unknown>;
  }
  return { resources, stacks };
}

/**
 * All that the engine compares when it decides whether to touch a resource, as JSON: an archive's path is a promise and falls out, but its
 * name has the content's hash and is in `remotePath` too.
 */
function compared(resources: Registered[]): unknown {
  const all = resources
    .map((resource) => ({ ...resource, dependencies: undefined, outputs: undefined }))
    .sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
  return JSON.parse(JSON.stringify(all));
}

describe("the same resources, parents, inputs and secrets in one stack and in", () => {
  test.each<[string, Layer[][]]>([
    ["five", [["base"], ["nodes"], ["cluster"], ["edge"], ["apps"]]],
    ["three", [["base", "nodes"], ["cluster", "edge"], ["apps"]]],
    ["two", [["base"], ["nodes", "cluster", "edge", "apps"]]],
  ])("%s", async (_, parts) => {
    const whole = compared((await deployed(SPEC)).resources);
    expect(compared((await split(parts)).resources)).toEqual(whole);
  });
});

test("what one layer shows the others is secret as a whole", async () => {
  const { layers } = await stackOf(layerSettings("base", undefined), {});
  const { isSecret } = layers as unknown as { isSecret: Promise<boolean> };
  expect(await isSecret).toBe(true);
});

describe("one clear error:", () => {
  let stacks: Stacks;
  beforeAll(async () => {
    ({ stacks } = await split([["base"], ["nodes"]]));
  });
  const failing = (layers: string[], upstream: unknown, given: Stacks = stacks, env = "dev") =>
    expect(stackOf(layerSettings(layers, upstream), given, env)).rejects;
  const changed = (value: object): Stacks => ({
    "dev-base": { layers: { ...(stacks["dev-base"]?.["layers"] as object), ...value } },
  });

  test("a layer that is nowhere", () =>
    failing(["cluster"], ["dev-base"]).toThrow(
      "storm:upstream: layer nodes is needed and is not in dev-base: name the stack that has it, and bring that up first",
    ));
  test("a layer that is not where the map says", () =>
    failing(["cluster"], { base: "dev-base", nodes: "dev-base" }).toThrow(
      "layer nodes is needed and is not in dev-base",
    ));
  test("a layer that two stacks have", () =>
    failing(["nodes"], ["dev-base", "other"], { ...stacks, other: stacks["dev-base"] ?? {} }).toThrow(
      "layer base is in dev-base and in other; say which by a map, {base: ...}",
    ));
  test("another environment", () =>
    failing(["nodes"], "dev-base", stacks, "prod").toThrow(
      "stack dev-base is of environment dev, and this one is of prod",
    ));
  test("another schemaVersion", () =>
    failing(["nodes"], "dev-base", changed({ schemaVersion: 2 })).toThrow(
      "output layers of stack dev-base is of schemaVersion 2, and this version of storm reads 1: run `pulumi up -s dev-base`",
    ));
  test("values that are not what they should be, without showing them", () =>
    failing(["nodes"], "dev-base", changed({ base: { gossipKey: { secret: "CANARY" } } })).toThrow(
      /^output layers of stack dev-base cannot be used \(base\.clusterId: [^C]*$/,
    ));
  test("a stack that is not there", () =>
    failing(["nodes"], "none").toThrow('storm:upstream: stack none cannot be read: unknown stack "none"'));
  test("a stack without layers", () =>
    failing(["nodes"], "bare", { bare: { url: "x" } }).toThrow(
      "stack bare has no output layers: it is not up yet, or",
    ));
  test("another passphrase", () =>
    failing(["nodes"], "dev-base", { "dev-base": { layers: {} } }).toThrow(
      "cannot be decrypted with this stack's key",
    ));
});
