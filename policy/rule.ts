/** What a rule is: plain functions over plain values. Pulumi's policy SDK is known to pack.ts alone. */
import type * as z from "zod";
import type { Checks, Context } from "./checks";
import { policyOfProvider } from "./providers";
import type { Resource, StackResource } from "./resource";
import type { Value } from "./values";

interface Named {
  /** Lower-case words with "-": what configuration and output call it. */
  readonly name: string;
  /** One sentence: what must be. */
  readonly description: string;
  readonly enforcement: "advisory" | "mandatory" | "disabled";
  /** Settings besides the enforcement level; none when left out. */
  readonly config?: z.ZodObject;
}

/** Looks at one resource before it is made or changed. */
export interface ResourceRule extends Named {
  /** What is wrong, one sentence each: what was found and what is allowed. The resource and its place are added. */
  check(resource: Resource, context: Context): string[];
}

/** Looks at all resources, at the end of a preview or an update. */
export interface StackRule extends Named {
  checkStack(resources: readonly StackResource[], context: Context): Finding[];
  /**
   * What storm.yml alone tells already, before the first resource is made: an update without a preview comes to `checkStack` only
   * when everything is there. The same messages, or none.
   */
  checkSpec?(context: Context): string[];
}

export type Rule = ResourceRule | StackRule;

/** Whole message of a stack rule. */
export interface Finding {
  readonly message: string;
  /** The resource that it is about; the stack when left out. */
  readonly urn?: string;
}

/**
 * The checks of the resource's own type, from the rule's file or from its provider's; a type without an entry has nothing to answer for.
 * @param rule the rule's name, by which a provider's file has its checks
 */
export function byType(rule: string, checks: Checks): ResourceRule["check"] {
  return (resource, context) => {
    const { type } = resource;
    const found = [checks, policyOfProvider(type)?.checks?.[rule] ?? {}].filter((each) => Object.hasOwn(each, type));
    return found.flatMap((each) => each[type]?.(resource.props, resource, context) ?? []);
  };
}

/** A value as messages show it: short, and never a whole mapping. */
export function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  return typeof value === "object" || typeof value === "symbol" ? "something else" : String(value);
}
