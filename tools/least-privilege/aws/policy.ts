import type { Rights } from "../types";
import type { Statement } from "./statement";

/** The IAM policy that what these types ask for comes to. */
export function policyFor(types: Record<string, Statement[]>): Rights {
  const statements = Object.values(types).flat();
  return {
    package: "@pulumi/aws",
    types: Object.keys(types),
    actions: [...new Set(statements.flatMap(({ actions }) => actions))].sort(),
    document: { Version: "2012-10-17", Statement: merged(statements) },
  };
}

/** One statement for each set of resources and condition. */
function merged(statements: Statement[]): object[] {
  const groups = new Map<string, Statement>();
  for (const statement of statements) {
    const key = JSON.stringify([statement.resources, statement.condition]);
    const actions = new Set([...(groups.get(key)?.actions ?? []), ...statement.actions]);
    groups.set(key, { ...statement, actions: [...actions].sort() });
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { actions, resources = ["*"], condition }]) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    }));
}
