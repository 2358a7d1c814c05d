/** A provider's region: where it is, to estimate round trips, and its zones, to spread nodes over. */
export interface Region {
  /** Degrees, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  /** The provider's own names of the zones; empty where there are none to choose from. */
  readonly zones: readonly string[];
}
