/** What a plan, or an update, must not do to the other nodes of fixed pools that are there: touch several of one pool at once. */
import type { Replacing } from "./replacing";
import type { Succession } from "./succession";
import type { Plan } from "./types";

/** Who waits for whom in this run, and how the next may be told to. */
export interface Order {
  succession: Succession;
  /** Whether the run makes both machines and cluster: else it cannot wait for a node's return. */
  canWait: boolean;
  /** Stack config `storm:replaceWorkers`. */
  replacing: Replacing;
}

/** Before anything is registered: what this plan changes and cannot wait for. A run with --target has the whole plan, so it may. */
export function checkPlanned(plan: Plan, order: Order, stack: string): void {
  const { succession, canWait, replacing } = order;
  if (canWait || replacing !== undefined) return;
  checkWorkers(plan, [...Object.entries(succession.after).flat()], order, stack);
}

/**
 * @param renewed nodes whose machines would be made anew or restarted; managers are counted by plan/changes.ts
 * @throws Error when several of one pool are among them that do not wait for each other, with the ways out
 */
export function checkWorkers(plan: Plan, renewed: readonly string[], order: Order, stack: string): void {
  if (order.replacing === "all-at-once") return;
  const ordered = new Set(order.canWait ? Object.entries(order.succession.after).flat() : []);
  const names = new Set(renewed);
  const lines = plan.pools.flatMap(({ key }) => {
    const own = plan.nodes.filter(({ name, pool, role }) => pool === key && role !== "manager" && names.has(name));
    if (own.length < 2 || own.every(({ name }) => ordered.has(name))) return [];
    return [{ key, own: own.map(({ name }) => name) }];
  });
  if (lines.length === 0) return;
  const found = lines.map(({ key, own }) => `${own.length} of pool ${key}: ${own.join(", ")}`);
  throw new Error(
    [
      `This would make several nodes of a pool anew or restart them at once, with all that runs on them (${found.join("; ")}).`,
      "Nothing was changed. One after the other, each when the one before is back:",
      `  pulumi config set storm:replaceWorkers one-by-one -s ${stack}`,
      ...(order.canWait
        ? [`  pulumi up -s ${stack}`]
        : lines.flatMap(({ own }) => own.map((name) => step(name, stack)))),
      `  pulumi config rm storm:replaceWorkers -s ${stack}`,
      "Side by side: `pulumi config set storm:replaceWorkers all-at-once`.",
    ].join("\n"),
  );
}

function step(name: string, stack: string): string {
  return `  pulumi up -s ${stack} --target-dependents --target '**::${name}', then pulumi up of the stack with layer cluster`;
}
