import * as pulumi from "@pulumi/pulumi";
import type { RenderedStack } from "../load";
import { SCHEMA_VERSION } from "../outputs/schema";
import { Turns } from "../components/turns";
import { SIDE_BY_SIDE, type Succession } from "../plan/succession";
import type { Plan } from "../plan/types";
import { apps } from "./apps";
import { base, type Given } from "./base";
import { cluster } from "./cluster";
import { edge } from "./edge";
import { baseOf, nodesOf, valuesOfBase, valuesOfNodes, valuesOfReady } from "./layer-values";
import { type Layer, LAYERS } from "./layers";
import { nodes } from "./nodes";
import { type Outputs, outputs } from "./outputs";
import type { Settings } from "./settings";
import type { GivenLayers } from "./upstream";

export interface EnvironmentArgs {
  plan: Plan;
  stacks: RenderedStack[];
  /** What stack config says of machines that only some sites have. */
  settings: Pick<Settings, "machine" | "hostsKey">;
  /** What is the user's own; default: nothing. */
  keys?: Given;
  /** What is made here; default: all. */
  here?: readonly Layer[];
  /** What other stacks have made. */
  given?: GivenLayers;
  /** In which order machines change that are there; default: side by side. */
  succession?: Succession;
}

export interface Environment {
  /** Of the stack that makes the layer nodes. */
  outputs?: Outputs;
  /** What the stacks that build on this one read. Secret as a whole. */
  layers: pulumi.Output<object>;
}

/**
 * An environment, or some layers of it. Each layer is the same function of the same values either way, so its resources have the same
 * names, parents and inputs: `pulumi state move` moves them between stacks and nothing changes.
 */
export function environment({
  plan,
  stacks,
  settings,
  keys: own,
  here = LAYERS,
  given = {},
  succession = SIDE_BY_SIDE,
}: EnvironmentArgs): Environment {
  const made = (layer: Layer) => here.includes(layer);
  // Without the cluster nothing here knows who is back in it.
  const turns = new Turns(made("cluster") ? succession : SIDE_BY_SIDE);
  const values: Partial<Record<Layer, pulumi.Output<object>>> = {};
  const keys = made("base") ? base(plan, own) : given.base && baseOf(given.base.values, given.base.from);
  if (made("base")) values.base = valuesOfBase(plan, needed(keys));
  const machines = made("nodes")
    ? nodes(plan, needed(keys), settings, turns)
    : given.nodes && nodesOf(plan, given.nodes.values, given.nodes.from);
  if (made("nodes")) values.nodes = valuesOfNodes(plan, needed(machines));
  const upstream = () => ({ ...needed(keys), nodes: needed(machines) });
  const whole = made("cluster") ? cluster(plan, upstream(), turns) : { ready: undefined };
  if (made("cluster")) values.cluster = valuesOfReady(whole);
  const front = made("edge")
    ? edge(plan, { ...upstream(), cluster: whole })
    : { registry: undefined, ingress: undefined };
  if (made("edge")) values.edge = valuesOfReady(front);
  if (made("apps"))
    values.apps = valuesOfReady(apps(plan, stacks, { nodes: needed(machines), cluster: whole, edge: front }));
  return {
    outputs: made("nodes") ? outputs(plan, stacks, upstream()) : undefined,
    layers: pulumi.secret({ schemaVersion: SCHEMA_VERSION, env: plan.env, ...values }),
  };
}

/** readUpstream has seen to it that every layer that is needed is there. */
function needed<T>(layer: T | undefined): T {
  if (layer === undefined) throw new Error("a layer that is needed is neither made here nor read from another stack");
  return layer;
}
