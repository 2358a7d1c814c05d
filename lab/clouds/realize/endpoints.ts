import type { Endpoint, World } from "../world";

/** Whatever has an address. */
export function endpoints(world: World): Endpoint[] {
  return [...world.machines, ...world.balancers];
}

/** Public address -> id of the network behind it; NAT gateways' too. */
export function publicAddresses(all: readonly Endpoint[]): Map<string, string> {
  const pairs = all.map((end): [string | undefined, string] => [end.publicAddress ?? end.natAddress, end.network]);
  return new Map(pairs.filter((pair): pair is [string, string] => pair[0] !== undefined));
}
