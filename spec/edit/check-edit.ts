import { isDeepStrictEqual } from "node:util";
import type { PoolSpec, Spec } from "../spec";
import { EditError } from "./edit-error";

/**
 * Sees to it that the edited text says what was asked for and nothing else: anchors, merge keys, `overrides` and stack
 * config can make of one word another change, or none.
 * @param after what the parser makes of it
 * @param wanted the pools that there must be, whatever their order
 * @throws EditError when other pools come out
 */
export function checkEdit(fileName: string, before: Spec, after: Spec, wanted: readonly PoolSpec[]): void {
  const same =
    isDeepStrictEqual(after.hosts, before.hosts) &&
    isDeepStrictEqual(withoutPlaces(after.pools), withoutPlaces(wanted));
  if (same) return;
  throw new EditError(`${fileName} cannot be changed in this one place: other values hang on it`, [
    "Anchors (&, *, <<), `overrides` and stack config storm:spec make one value of several; change it by hand.",
  ]);
}

function withoutPlaces(pools: readonly PoolSpec[]): Omit<PoolSpec, "path">[] {
  return pools
    .map(({ path, ...pool }) => {
      void path;
      return pool;
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
