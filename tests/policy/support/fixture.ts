/** A planned resource of a fixture: what the fixture program makes of it for the engine, and what rules are given directly. */
import type { Resource } from "../../../policy/resource";
import { plainProps, type Props } from "../../../policy/values";

/** A value, or {"$ref": name}: the id of another resource of the program, unknown in a preview. */
export type FixtureValue =
  string | number | boolean | readonly FixtureValue[] | { readonly [key: string]: FixtureValue };

export interface Fixture {
  readonly type: string;
  /** One word or more with "-", unique in the rule's fixtures. */
  readonly name: string;
  readonly props: { readonly [key: string]: FixtureValue };
  readonly protect?: boolean;
}

/** What one rule must let pass, and what it must refuse with which words. */
export interface RuleFixtures {
  readonly passing: readonly Fixture[];
  readonly failing: readonly (Fixture & { readonly problems: readonly string[] })[];
}

/** The fixture as a rule gets it from the pack; what is not known in a preview is unknown. */
export function resourceOf({ type, name, props, protect = false }: Fixture, provider: Props = {}): Resource {
  return { type, name, urn: urnOf({ type, name }), props: plainProps(withUnknowns(props)), protect, provider };
}

export function urnOf({ type, name }: Pick<Fixture, "type" | "name">): string {
  return `urn:pulumi:test::storm::${type}::${name}`;
}

/** As the SDK does it: to read what is not known yet throws. */
function withUnknowns(props: Fixture["props"]): object {
  const entries = Object.entries(props).map(([key, value]): [string, PropertyDescriptor] => {
    const get = () => {
      if (isReference(value)) throw new Error("unknown value");
      return Array.isArray(value) || typeof value !== "object" ? value : withUnknowns(value as Fixture["props"]);
    };
    return [key, { enumerable: true, get }];
  });
  return Object.defineProperties({}, Object.fromEntries(entries));
}

export function isReference(value: FixtureValue): value is { readonly $ref: string } {
  return typeof value === "object" && "$ref" in value;
}
