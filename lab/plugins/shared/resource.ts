/** What a plugin offers: resource types and functions, free of the wire. */
import type { CheckFailure, Fields } from "./fields";
import { equal, type Value, type ValueMap } from "./values";

/** What an operation may use besides its inputs. */
export interface Call {
  readonly urn: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** Aborts when the engine cancels or goes away. */
  readonly signal: AbortSignal;
  /** Aborts then, too, and when the time of the resource's `customTimeouts` is over. */
  readonly deadline: AbortSignal;
  readonly log: Log;
  /** The provider's own settings, such as its region. */
  readonly config: ValueMap;
  /** Of a resource that is there. */
  readonly id?: string;
  /** Ids under which the engine's state has this URN, as far as it named them; undefined: it has nothing under it. */
  readonly recorded?: ReadonlySet<string>;
}
/** What a check may use besides the inputs. */
export type CheckCall = Pick<Call, "urn" | "name" | "config">;
export interface Log {
  /** A line of progress, shown while the operation runs and not kept. */
  status(line: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export type ChangeKind = "add" | "delete" | "update";
/** Changed properties by path; `replace` says that the resource cannot take the change in place. */
export interface Diff {
  readonly [property: string]: { readonly kind: ChangeKind; readonly replace: boolean };
}

export interface ResourceType {
  readonly inputs: Fields;
  /** Rules beyond the types of single inputs. Values may be secret or unknown; `call.config` is the provider's. */
  check?(inputs: ValueMap, call: CheckCall): CheckFailure[];
  diff(oldInputs: ValueMap, oldState: ValueMap, inputs: ValueMap): Diff;
  /** What the outputs will be, as far as can be known; `oldState` is missing before a create. */
  preview(inputs: ValueMap, oldState?: ValueMap): ValueMap;
  create(call: Call, inputs: ValueMap): Promise<{ id: string; state: ValueMap }>;
  update?(call: Call, oldState: ValueMap, inputs: ValueMap): Promise<ValueMap>;
  /** What is there now; the state as it is when left out. */
  read?(state: ValueMap): ValueMap;
  /** In place of `read`, for what others may change; undefined when it is gone. */
  find?(call: Call, state: ValueMap, inputs: ValueMap): Promise<{ inputs: ValueMap; state: ValueMap } | undefined>;
  delete?(call: Call, state: ValueMap): Promise<void>;
}

export interface FunctionType {
  readonly inputs: Fields;
  check?(inputs: ValueMap): CheckFailure[];
  invoke(call: Call, inputs: ValueMap): Promise<ValueMap>;
}

export interface Plugin {
  readonly name: string;
  readonly version: string;
  /** The provider's own settings; none when left out. */
  readonly config?: Fields;
  readonly resources: { readonly [token: string]: ResourceType };
  readonly functions: { readonly [token: string]: FunctionType };
}

/** Compares two property maps by key, replacing where the declaration says so. */
export function diffFields(fields: Fields, before: ValueMap, after: ValueMap): Diff {
  const changes: { [property: string]: Diff[string] } = {};
  for (const [name, field] of Object.entries(fields)) {
    const kind = field.change === "ignore" ? undefined : changeKind(before[name], after[name]);
    if (kind) {
      changes[name] = { kind, replace: field.change === "replace" };
    }
  }
  return changes;
}

function changeKind(before: Value | undefined, after: Value | undefined): ChangeKind | undefined {
  if (equal(before, after)) {
    return undefined;
  }
  if (before === undefined) {
    return "add";
  }
  return after === undefined ? "delete" : "update";
}
