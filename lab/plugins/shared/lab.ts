/**
 * A cloud that the lab plays (lab/clouds): with STORM_LAB_SOCKET in the engine's environment, what a stand-in makes is kept and made
 * real by the daemon behind that socket. Without it nothing here is in use.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { isMap } from "./fields";
import { ask, LabError } from "./lab-socket";
import type { Call, Plugin, ResourceType } from "./resource";
import { type JsonMap, decodeMap, encodeMap, revealMap, Secret, type Value, type ValueMap } from "./values";

/** What the daemon keeps of a resource. */
interface Kept {
  id: string;
  inputs: JsonMap;
  state: JsonMap;
}

/** The plugin, made to ask the lab's daemon where there is one. */
export function inLab(plugin: Plugin, socket = process.env["STORM_LAB_SOCKET"]): Plugin {
  if (socket === undefined || socket === "") return plugin;
  const resources = Object.entries(plugin.resources).map(([token, type]): [string, ResourceType] => {
    return [token, labResource(type, new Resources(socket, plugin.name, token))];
  });
  return { ...plugin, resources: Object.fromEntries(resources) };
}

function labResource(type: ResourceType, cloud: Resources): ResourceType {
  const update = async (call: Call, oldState: ValueMap, inputs: ValueMap): Promise<ValueMap> => {
    if (!type.update) throw new Error(`${call.name} cannot be updated in place`);
    return cloud.put(call, call.id ?? "", inputs, await type.update(call, oldState, inputs));
  };
  return {
    ...type,
    create: async (call, inputs) => {
      // Made by an update that was killed before the engine had written it down.
      const left = (await cloud.list(call)).filter(({ id }) => call.recorded?.has(id) !== true);
      const adopted = call.recorded === undefined ? left.find((each) => fits(type, each, inputs)) : undefined;
      for (const { id } of left) if (id !== adopted?.id) await cloud.delete(call, id);
      if (adopted) {
        const { id, state } = adopted;
        return { id, state: await update({ ...call, id }, decodeMap(state), inputs) };
      }
      // The seed of its id: what is made anew is another one.
      const { id, state } = await type.create({ ...call, urn: `${call.urn} ${randomUUID()}` }, inputs);
      if (call.recorded?.has(id) === true) throw new Error(`${call.name}: the cloud has a ${id} already`);
      return { id, state: await cloud.put(call, id, inputs, state, true) };
    },
    update,
    delete: (call) => cloud.delete(call, call.id ?? ""),
    find: async (call, oldState, oldInputs) => {
      const found = await cloud.get(call, call.id ?? "");
      return (
        found && {
          inputs: secretsAs(oldInputs, decodeMap(found.inputs)),
          state: secretsAs({ ...oldState, ...oldInputs }, decodeMap(found.state)),
        }
      );
    },
  };
}

/** Whether a resource can become what is asked for without being made anew. */
function fits(type: ResourceType, { inputs, state }: Kept, wanted: ValueMap): boolean {
  const diff = type.diff(decodeMap(inputs), decodeMap(state), revealMap(wanted));
  return !Object.values(diff).some(({ replace }) => replace);
}

/** Times that a throttled call is made, and the longest wait between two: what the official plugins' SDKs do. */
const ATTEMPTS = 8;
const LONGEST_MS = 5_000;

/** Resources of one type at the daemon. */
class Resources {
  constructor(
    private readonly socket: string,
    private readonly cloud: string,
    private readonly type: string,
  ) {}

  /** Those of the call's URN, the newest first. */
  list(call: Call): Promise<Kept[]> {
    return this.ask<Kept[]>(call, "POST", "/resources/list", { urn: call.urn });
  }

  get(call: Call, id: string): Promise<Kept | undefined> {
    return this.ask<Kept | undefined>(call, "POST", "/resources/get", { id, urn: call.urn });
  }

  async delete(call: Call, id: string): Promise<void> {
    await this.ask(call, "POST", "/resources/delete", { id, urn: call.urn });
  }

  /** Makes it so, and gives the state with what only the cloud knows. */
  async put(call: Call, id: string, inputs: ValueMap, state: ValueMap, made = false): Promise<ValueMap> {
    const plain = (map: ValueMap): JsonMap => encodeMap(revealMap(map));
    const { urn, name } = call;
    const body = { id, urn, name, inputs: plain(inputs), state: plain(state), config: plain(call.config), made };
    const outputs = decodeMap(await this.ask<JsonMap>(call, "PUT", "/resources", body));
    return { ...state, ...secretsAs(state, outputs) };
  }

  /** @throws Error in the cloud's own words, behind what it is about. */
  private async ask<T>(call: Call, method: string, path: string, body: JsonMap | object): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const whole = { cloud: this.cloud, type: this.type, name: call.name, ...body };
        return await ask<T>(this.socket, method, path, whole, call.deadline);
      } catch (error) {
        if (!(error instanceof LabError) || error.status !== 429) throw error;
        if (attempt === ATTEMPTS) throw new Error(`${error.message} (${ATTEMPTS} attempts)`, { cause: error });
        call.log.status(error.message);
        await pause(Math.min(100 * 2 ** attempt, LONGEST_MS), undefined, { signal: call.deadline });
      }
    }
  }
}

/** Marks secret what was secret before: the daemon knows plain values only. */
function secretsAs<T extends Value>(before: Value | undefined, now: T): T;
function secretsAs(before: Value | undefined, now: Value): Value {
  if (before instanceof Secret) return new Secret(secretsAs(before.value, now));
  if (Array.isArray(now))
    return now.map((item, index) => secretsAs(Array.isArray(before) ? before[index] : null, item));
  if (!isMap(now)) return now;
  const old = isMap(before) ? before : {};
  return Object.fromEntries(Object.entries(now).map(([key, value]) => [key, secretsAs(old[key], value)]));
}
