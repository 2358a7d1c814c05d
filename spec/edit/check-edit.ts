import { isDeepStrictEqual } from "node:util";
import { load, type LoadOptions } from "../load";
import type { PoolSpec, Spec } from "../spec";
import { EditError } from "./edit-error";

/**
 * Reads the edited text and sees to it that it says what was asked for and nothing else: anchors, merge keys, `overrides` and stack
 * config can make of one word another change, or none.
 * @param wanted the pools that there must be, whatever their order
 * @throws SpecError with the parser's own words, EditError when other pools come out
 */
export function checkEdit(text: string, options: LoadOptions, before: Spec, wanted: readonly PoolSpec[]): Spec {
  const { spec } = load(text, options);
  const same =
    isDeepStrictEqual(spec.hosts, before.hosts) && isDeepStrictEqual(withoutPlaces(spec.pools), withoutPlaces(wanted));
  if (same) return spec;
  throw new EditError(`${options.fileName} cannot be changed in this one place: other values hang on it`, [
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
