/** Resource types of a cloud's stand-in: a table of inputs, what the cloud adds, and the checks that it makes. */
import { createHash } from "node:crypto";
import type { CheckFailure, Fields } from "./fields";
import { type CheckCall, diffFields, type FunctionType, type ResourceType } from "./resource";
import { unknown, type Value, type ValueMap } from "./values";

/** A resource that was made. */
export interface Made {
  readonly id: string;
  /** The resource's name in the program. */
  readonly name: string;
  readonly inputs: ValueMap;
  /** The provider's settings. */
  readonly config: ValueMap;
}

export interface CloudType {
  /** Prefix of ids, such as "vpc-"; or the id itself where it follows from the inputs. `seed` tells one that is made from another. */
  readonly id: string | ((inputs: ValueMap, config: ValueMap, seed: string) => string);
  readonly inputs: Fields;
  /** Outputs that are not inputs: unknown before the resource is made. An input of the same name wins. */
  readonly computed?: { readonly [name: string]: (made: Made) => Value };
  /** What the cloud refuses besides wrong types. Values may be secret or unknown. */
  check?(inputs: ValueMap, call: CheckCall): CheckFailure[];
  /** What the cloud says no to when it is asked, and not before: the engine checks a replacement with the inputs of the old one too. */
  refuse?(inputs: ValueMap): string | undefined;
}

/** Makes nothing but its state: for previews, and for what only needs the state of a finished update. In the lab: see lab.ts. */
export function cloudResource(type: CloudType): ResourceType {
  const { inputs: fields, computed = {} } = type;
  const ask = (inputs: ValueMap): void => {
    const reason = type.refuse?.(inputs);
    if (reason !== undefined) throw new Error(reason);
  };
  return {
    inputs: fields,
    check: type.check?.bind(type),
    diff: (oldInputs, _oldState, inputs) => diffFields(fields, oldInputs, inputs),
    preview: (inputs, oldState) => {
      ask(inputs);
      const names = ["id", ...Object.keys(computed)];
      return { ...Object.fromEntries(names.map((name) => [name, oldState?.[name] ?? unknown])), ...inputs };
    },
    create: async ({ urn, name, config }, inputs) => {
      ask(inputs);
      const id = typeof type.id === "string" ? type.id + idOf(urn) : type.id(inputs, config, urn);
      const made = { id, name, inputs, config };
      const extra = Object.entries(computed).map(([key, make]): [string, Value] => [key, make(made)]);
      return await Promise.resolve({ id, state: { ...Object.fromEntries(extra), ...inputs } });
    },
    update: async (_call, oldState, inputs) => {
      ask(inputs);
      const kept = Object.keys(computed).map((name): [string, Value] => [name, oldState[name] ?? null]);
      return await Promise.resolve({ ...Object.fromEntries(kept), ...inputs });
    },
    delete: () => Promise.resolve(),
  };
}

/** A look-up that answers from a table of the stand-in's own. */
export function cloudFunction(inputs: Fields, answer: (inputs: ValueMap, config: ValueMap) => ValueMap): FunctionType {
  return { inputs, invoke: (call, given) => Promise.resolve(answer(given, call.config)) };
}

/** Seventeen hexadecimal digits, as AWS's; the same for the same resource. */
export function idOf(urn: string): string {
  return createHash("sha256").update(urn).digest("hex").slice(0, 17);
}

/** An address of a documentation network (RFC 5737), the same for the same name. */
export function publicAddress(name: string): string {
  const [a = 0, b = 0] = createHash("sha256").update(name).digest();
  return `${["192.0.2", "198.51.100", "203.0.113"][a % 3] ?? ""}.${1 + (b % 254)}`;
}
