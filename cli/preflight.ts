import { join } from "node:path";
import { buildGuestbook } from "../catalog/guestbook/build";
import { loadAll } from "../load";
import type { NodePlan, Plan } from "../plan/types";
import { UserError, messageOf } from "../tools/errors";
import { checkout } from "../tools/paths";
import type { Output } from "../tools/report";
import { hasIpvs, readConfig } from "./config";
import { backendOf } from "./workspace";

/**
 * Reads storm.yml and its compose files as the program will: what is wrong with them is said at once, before anything
 * is installed, built or started, and before the stack's config names the file.
 */
export async function preflight(stack: string, file: string | undefined, output: Output): Promise<void> {
  const { plan } = await makePlanOf(stack, file, output);
  const state = await (await backendOf(stack, output)).state(stack);
  clearly(output, () => checkRoles(plan, state?.outputs["nodes"]));
}

/**
 * The plan of a stack.
 * @throws UserError when its files are wrong; the reasons are in `output` by then.
 */
export async function makePlanOf(
  stack: string,
  file: string | undefined,
  output: Output,
): Promise<{ plan: Plan; warnings: string[] }> {
  const config = readConfig(stack);
  const text = (key: string, otherwise: string) => (typeof config[key] === "string" ? config[key] : otherwise);
  // The default stack builds its image from this bundle.
  await buildGuestbook();
  return clearly(output, () =>
    loadAll({
      directory: checkout,
      file: file ?? text("storm:file", "storm.yml"),
      env: text("storm:env", stack),
      spec: config["storm:spec"],
      ipvs: hasIpvs(),
      offline: true,
      buildDirectory: join(checkout, ".storm", "builds"),
    }),
  );
}

/** What is wrong with the user's files goes to `output` as it is; the error says that nothing was done. */
function clearly<T>(output: Output, look: () => T): T {
  try {
    return look();
  } catch (error) {
    output.write(messageOf(error).trimEnd() + "\n");
    throw new UserError("nothing was changed: the above has to be put right first");
  }
}

/**
 * A node keeps its role: half of what makes a manager is in its user-data. A plan that gives a living node another one would end in
 * the middle of its deployment.
 * @param running the stack's output `nodes`, undefined before its first deployment
 * @throws Error that names the nodes and the ways out
 */
export function checkRoles(plan: Plan, running: unknown): void {
  const nodes = (Array.isArray(running) ? running : []) as Partial<NodePlan>[]; // stacks/outputs.ts wrote them
  const isManager = (role: string | undefined) => role === "manager";
  const changed = plan.nodes.flatMap(({ name, role }) => {
    const before = nodes.find((node) => node.name === name)?.role;
    if (before === undefined || isManager(before) === isManager(role)) return [];
    return [`${name}, now a ${before}, would become a ${role}`];
  });
  if (changed.length === 0) return;
  throw new Error(
    [
      `A node keeps its role for life, and by this storm.yml ${changed.join("; ")}.`,
      "Managers are one, or three from three nodes on: name them with `role: manager` in pools, so that the choice does not move,",
      "or give the pool a new name, so that its nodes are made anew.",
    ].join("\n"),
  );
}
