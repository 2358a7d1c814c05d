/** What local and remote commands share: inputs, when which command runs, and what their outputs are. */
import { hexId } from "../shared/handlers";
import type { Fields } from "../shared/fields";
import { diffFields, type Call, type ResourceType } from "../shared/resource";
import { equal, reveal, revealMap, unknown, Unknown, type Value, type ValueMap } from "../shared/values";

/** Inputs of every command resource. */
export const LIFECYCLE_FIELDS: Fields = {
  create: { type: "string" },
  update: { type: "string" },
  delete: { type: "string" },
  triggers: { type: "list", change: "replace" },
};

/** Inputs of everything that runs a command. */
export const PROCESS_FIELDS: Fields = {
  stdin: { type: "string" },
  environment: { type: "stringMap" },
  logging: { type: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
  addPreviousOutputInEnv: { type: "boolean" },
};

/** Outputs of one run; `assets` and `archive` only where local globs ask for them. */
export interface Outputs extends ValueMap {
  stdout: string;
  stderr: string;
}

/** Runs `command`; `settings` are the inputs without secret marks, `previous` what the last run left. */
export type Runner = (call: Call, command: string, settings: ValueMap, previous: ValueMap) => Promise<ValueMap>;

const NOTHING: Outputs = { stdout: "", stderr: "" };
const OUTPUT_NAMES = ["stdout", "stderr", "assets", "archive"];

/** A command resource: create once, `update ?? create` on any change of inputs, triggers replace. */
export function commandType(inputs: Fields, run: Runner): ResourceType {
  const perform = async (call: Call, command: Value | undefined, given: ValueMap, old: ValueMap): Promise<ValueMap> =>
    typeof command === "string" ? run(call, command, revealMap(given), old) : old;
  return {
    inputs,
    diff: (oldInputs, _oldState, after) => diffFields(inputs, oldInputs, after),
    preview(given, oldState) {
      const stale = oldState === undefined || Object.keys(inputs).some((name) => changed(oldState, given, name));
      return { ...given, ...(stale ? { stdout: unknown, stderr: unknown } : outputsOf(oldState)) };
    },
    async create(call, given) {
      const outputs = await perform(call, plain(given["create"]), given, NOTHING);
      return { id: call.name + hexId(), state: { ...given, ...outputs } };
    },
    async update(call, oldState, given) {
      const command = plain(given["update"]) ?? plain(given["create"]);
      return { ...given, ...(await perform(call, command, given, outputsOf(revealMap(oldState)))) };
    },
    async delete(call, state) {
      await perform(call, plain(state["delete"]), state, outputsOf(revealMap(state)));
    },
  };
}

function outputsOf(state: ValueMap): ValueMap {
  const present = OUTPUT_NAMES.filter((name) => state[name] !== undefined);
  return { ...NOTHING, ...Object.fromEntries(present.map((name) => [name, state[name] ?? null])) };
}

/** An input that is new in the program does not count, as in the official plugin: outputs then stay known in preview. */
function changed(oldState: ValueMap, given: ValueMap, name: string): boolean {
  return given[name] instanceof Unknown || (name in oldState && !equal(oldState[name], given[name]));
}

function plain(value: Value | undefined): Value | undefined {
  return value === undefined ? undefined : reveal(value);
}
