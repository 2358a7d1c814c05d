/** What rules look at: free of Pulumi's SDK. */
import type { Spec } from "../spec/spec";
import type { Resource } from "./resource";
import type { Props } from "./values";

export interface Context {
  /** What storm.yml says; undefined when the stack has none, or one that the program refuses. */
  readonly spec: Spec | undefined;
  /** Of this rule, from the pack's configuration. */
  readonly config: unknown;
}

/** Checks by resource type: most rules are nothing else. */
export type Checks = Readonly<Record<string, (props: Props, resource: Resource, context: Context) => string[]>>;
