/** What a plan must not do to the managers that are there. */
import { type Before, birthOf } from "./before";
import type { Replacing } from "./replacing";
import { differing } from "./succession";
import type { Plan } from "./types";

/** A manager that would be made anew, and why as far as it is known. */
export interface Renewed {
  name: string;
  because: string[];
}

/**
 * @param replacing with "one-by-one" this looks away, for a run with --target has the whole plan; the preview's guard does not
 * @throws Error that says which nodes, why, and the ways out
 */
export function checkChanges(plan: Plan, before: Before, replacing: Replacing, stack: string): void {
  checkRoles(plan, before);
  if (replacing === undefined) checkRenewed(renewedBy(plan, before), before, stack);
}

/** A node keeps its role: half of what makes a manager is in its user-data. */
function checkRoles({ nodes }: Plan, before: Before): void {
  // A cluster has managers: where none is known, no node's role is, and what nobody knows is no change.
  if (before.managers.length === 0) return;
  const there = new Set(before.nodes);
  const changed = nodes.flatMap(({ name, role }) => {
    const was = before.managers.includes(name);
    if (!there.has(name) || was === (role === "manager")) return [];
    return [`${name}, now a ${was ? "manager" : "worker"}, would become a ${was ? role : "manager"}`];
  });
  if (changed.length === 0) return;
  throw new Error(
    [
      `A node keeps its role for life, and by this storm.yml ${changed.join("; ")}.`,
      "Leave the role of pools that are there as it is; managers are chosen among nodes without a role, and stay.",
      "Or give the pool a new name, so that its nodes are made anew.",
    ].join("\n"),
  );
}

/** Managers that this plan makes anew or restarts, of those whose machines are there. */
function renewedBy(plan: Plan, before: Before): Renewed[] {
  const there = new Set(before.nodes);
  return plan.nodes.flatMap((node): Renewed[] => {
    const was = before.births[node.name];
    if (was === undefined || node.role !== "manager" || !there.has(node.name)) return [];
    const now = birthOf(plan, node);
    const found = differing(now, was);
    if (found.length === 0) return [];
    return [{ name: node.name, because: found.map((key) => `${key} ${String(was[key])} -> ${String(now[key])}`) }];
  });
}

/**
 * One manager at a time a cluster lives through: its state is on the others. More at once are the end of the quorum, and with it of
 * Swarm's and Consul's data.
 * @throws Error when there are several, with the ways out
 */
export function checkRenewed(renewed: readonly Renewed[], before: Before, stack: string): void {
  if (renewed.length < 2) return;
  const found = renewed.map(({ name, because }) => (because.length > 0 ? `${name} (${because.join(", ")})` : name));
  const count = before.managers.length;
  throw new Error(
    [
      `This would make ${renewed.length} of ${count} managers anew or restart them at once, and the cluster's state with them: ${found.join(", ")}.`,
      "Nothing was changed. One by one, each when the one before is a manager again:",
      `  pulumi config set storm:replaceManagers one-by-one -s ${stack}`,
      ...renewed.map(({ name }) => `  pulumi up -s ${stack} --target-dependents --target '**::${name}'`),
      `  pulumi config rm storm:replaceManagers -s ${stack}`,
      `Machines that are gone do not count after \`pulumi refresh -s ${stack}\`. Where the quorum is lost anyway,`,
      "`pulumi config set storm:replaceManagers all-at-once` lets it happen: what runs on the cluster starts anew.",
    ].join("\n"),
  );
}
