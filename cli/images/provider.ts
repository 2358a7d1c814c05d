/** What `storm lock` has to know of one provider's machines: a file for each provider of the size catalog, with its name. */

/** A resource of an exported stack, as far as it is read here. */
export interface StateResource {
  type: string;
  created?: string;
  inputs?: Values;
  outputs?: Values;
}

export type Values = Record<string, unknown>;

/** What a machine was made from; what the state does not say is undefined. */
export interface Machine {
  region: unknown;
  /** The provider's type of machine. */
  size: unknown;
  image: unknown;
}

/** By type of resource: how a machine says what it was made from. Empty: its machines have no image to pin. */
export type ReadMachine = Readonly<Record<string, (inputs: Values, outputs: Values) => Machine>>;

/** The mapping under a name; empty where there is none. */
export function part(of: Values, name: string): Values {
  const value = of[name];
  return typeof value === "object" && value !== null ? (value as Values) : {}; // a JSON object
}
