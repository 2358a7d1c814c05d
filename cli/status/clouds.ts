/** Silent machines, as their clouds have them: the engine asks, through the stack's own plugins and keys, and writes nothing. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { type LookingEngine, lookAt } from "../engine-look";
import { answered, type DeclaredNode, type Facts, type Power } from "./facts";

/** For all of them; the engine starts its plugins meanwhile. */
const PATIENCE_MS = 30_000;
/** Of AWS and of DigitalOcean, for a machine that is on or about to be. Azure's machines do not say. */
const ON = new Set(["pending", "running", "rebooting", "new", "active"]);

/** The declared nodes that neither Swarm nor Consul hears of, as far as a cloud has their machines. */
export function silentNodes({ declared, swarm, consul }: Pick<Facts, "declared" | "swarm" | "consul">): DeclaredNode[] {
  const ready = answered(swarm) ? swarm.nodes.filter(({ state }) => state === "ready").map(({ name }) => name) : [];
  const alive = answered(consul) ? [...consul.nodes].flatMap(([name, node]) => (node.alive ? [name] : [])) : [];
  const heard = new Set([...ready, ...alive]);
  return declared.nodes.filter(({ name, machine }) => machine !== undefined && !heard.has(name));
}

/**
 * What a refresh would find of these nodes' machines, by node; one that nothing is said of is not in it.
 * @throws Error with the engine's own words, when it or a cloud does not answer
 */
export async function askClouds(engine: LookingEngine, nodes: readonly DeclaredNode[]): Promise<Map<string, Power>> {
  const names = new Map(nodes.flatMap(({ name, machine }) => (machine === undefined ? [] : [[machine, name]])));
  if (names.size === 0) return new Map();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { events, failure } = await lookAt(engine, [...names.keys()], signal);
  if (failure !== undefined) throw whyNot(failure, events, signal);
  const found = events.flatMap(({ resOutputsEvent }): [string, Power][] => {
    const name = names.get(resOutputsEvent?.metadata.urn ?? "");
    return resOutputsEvent && name !== undefined ? [[name, powerOf(resOutputsEvent.metadata)]] : [];
  });
  return new Map(found);
}

function whyNot(failure: unknown, events: readonly EngineEvent[], { aborted }: AbortSignal): unknown {
  if (aborted) return new Error(`nothing within ${PATIENCE_MS / 1000} s`, { cause: failure });
  const errors = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === "error" ? [diagnosticEvent.message.trim().split("\n")[0]] : [],
  );
  return errors.length === 0 ? failure : new Error(errors[0], { cause: failure });
}

type Refreshed = NonNullable<EngineEvent["resOutputsEvent"]>["metadata"];

/** From what a refresh did with its entry in the state. */
function powerOf({ op, new: seen }: Pick<Refreshed, "op" | "new">): Power {
  if (op === "delete" || seen === undefined) return "gone";
  const { instanceState, status } = seen.outputs;
  const word: unknown = instanceState ?? status;
  if (word === "terminated") return "gone";
  return typeof word !== "string" || ON.has(word) ? "running" : "stopped";
}
