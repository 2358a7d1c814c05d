/** Diffs as the official plugin makes them: the wanted state against the state that is, defaults filled in. */
import type { Fields } from "../shared/fields";
import { diffFields, type Diff } from "../shared/resource";
import { revealMap, type ValueMap } from "../shared/values";

/** `wanted` are the inputs with their defaults; secrecy alone is no change. */
export function diffAgainstState(fields: Fields, state: ValueMap, wanted: ValueMap): Diff {
  return diffFields(fields, revealMap(state), revealMap(wanted));
}
