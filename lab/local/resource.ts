/** The contract of one resource type, and what all of them share: checking inputs and telling changes. */
import type { CheckFailure, DiffResult } from "@pulumi/pulumi/provider";
import type * as z from "zod";
import { changedProperties, type Fingerprint, plain, secret, UNKNOWN } from "./values";

/** Outputs of every resource. */
export interface BaseOutputs {
  /** False after a refresh found the container stopped; the next `up` starts it. */
  running?: boolean;
  /** Hash of each input, in place of the inputs: those may be secret. */
  fingerprint: Fingerprint;
}

/** A resource type. Its functions get and give plain values; secrets are wrapped around them outside. */
export interface Resource<I extends object, O extends BaseOutputs> {
  schema: z.ZodType<I>;
  /** Inputs whose change needs another container. */
  replaceOn: readonly (keyof I & string)[];
  /** Inputs whose change is made on the running one. */
  updateOn: readonly (keyof I & string)[];
  create(inputs: I): Promise<{ id: string; outputs: O }>;
  /** What there is now, or undefined if it is gone. */
  read(id: string, outputs: O): Promise<O | undefined>;
  update(id: string, outputs: O, inputs: I): Promise<O>;
  delete(id: string, outputs: O): Promise<void>;
  /** Inputs as they are compared, where not every part of them matters. */
  comparable?(inputs: I): object;
  /** Further inputs that need a replacement, for rules that depend on old and new. */
  alsoReplace?(outputs: O, inputs: I): string[];
}

/** Failures of inputs against the schema; what is unknown yet fails nothing. */
export function checkInputs(schema: z.ZodType, inputs: unknown): CheckFailure[] {
  const result = schema.safeParse(inputs);
  if (result.success) return [];
  return result.error.issues
    .filter((issue) => !isUnknownAt(inputs, issue.path))
    .map((issue) => ({ property: issue.path.join("."), reason: issue.message }));
}

function isUnknownAt(inputs: unknown, path: readonly PropertyKey[]): boolean {
  let value = inputs;
  for (const key of path) {
    if (typeof value !== "object" || value === null) break;
    value = (value as Record<PropertyKey, unknown>)[key];
    if (value === UNKNOWN) return true;
  }
  return value === UNKNOWN;
}

/** What a change of inputs, or a container found stopped, asks for. */
export function diff<I extends object, O extends BaseOutputs>(type: Resource<I, O>, olds: O, inputs: I): DiffResult {
  const compared = type.comparable?.(inputs) ?? inputs;
  const replaces = [
    ...changedProperties(olds.fingerprint, compared, type.replaceOn),
    ...(type.alsoReplace?.(olds, inputs) ?? []),
  ];
  const updates = changedProperties(olds.fingerprint, compared, type.updateOn);
  return {
    changes: replaces.length > 0 || updates.length > 0 || olds.running === false,
    replaces,
    // Names and addresses are fixed: the old one must be gone before the new one can be.
    deleteBeforeReplace: true,
  };
}

/** Outputs on their way to the engine: hashes are secret too, since a short secret is guessed from its hash. */
export function outgoing(outputs: BaseOutputs): object {
  return { ...outputs, fingerprint: secret(outputs.fingerprint) };
}

/** State from the engine, plain. */
export function incoming<O>(state: unknown): O {
  return plain(state) as O;
}
