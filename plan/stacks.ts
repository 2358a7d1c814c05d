import { keyPlaceOf } from "../spec/located";
import { stackHostName } from "../spec/rules/compose";
import type { Spec } from "../spec/spec";
import { stackDomain } from "./dns";
import type { StackPlan } from "./types";

/** The compose stacks, in the order of their names. */
export function stackPlans(spec: Spec, base: string): StackPlan[] {
  return Object.entries(spec.compose)
    .map(([key, { file, scale }]): StackPlan => {
      const { line, column } = keyPlaceOf(spec.source, ["compose", key]);
      const name = stackHostName(key);
      return {
        name,
        file,
        scale: typeof scale === "object" ? { ...scale } : scale,
        domain: stackDomain(name, base),
        line,
        column,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
