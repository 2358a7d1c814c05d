/** A provider's region: where it is, to estimate round trips, and its zones, to spread nodes over. */
export interface Region {
  /** Degrees, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  /** The provider's own names of the zones that are taken where a pool names none; empty where it must, or where there are none. */
  readonly zones: readonly string[];
  /** All names that `zones` of a pool may have, where accounts see different ones. Default: those of `zones`. */
  readonly zoneNames?: readonly string[];
}
