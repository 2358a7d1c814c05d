import { type Before } from "./before";
import { NEAR_MS } from "./distance";
import { eligible } from "./managers";
import type { Inventory } from "./nodes";
import { managerRoundTrips } from "./round-trips";
import type { NodePlan } from "./types";

/** What is not well with the managers, with the way out; known before any machine is there. */
export function managerWarnings(found: Inventory, nodes: readonly NodePlan[], before: Before): string[] {
  const managers = nodes.filter(({ role }) => role === "manager").map(({ name }) => name);
  return [...tooFar(found, nodes), ...tooFew(found, managers, before)];
}

/** Unknown distances are left to the measurement. */
function tooFar({ sites }: Inventory, nodes: readonly NodePlan[]): string[] {
  const far = managerRoundTrips({ sites, nodes: [...nodes] }).filter(
    ({ estimatedMs }) => Number.isFinite(estimatedMs) && estimatedMs > NEAR_MS,
  );
  if (far.length === 0) return [];
  const pairs = far.map(({ from, to, estimatedMs }) => `${from} - ${to} about ${estimatedMs} ms`);
  return [
    `managers: warning: too far from each other by estimate: ${pairs.join(", ")}; Consul's servers need at most ${NEAR_MS} ms on average, and an ` +
      "update that measures more stops before the quorum forms. Put `role: manager` on sites near each other, or on one site over its zones",
  ];
}

/** Chosen ones that could have been three, had the other nodes not been workers before. */
function tooFew(found: Inventory, managers: readonly string[], before: Before): string[] {
  const free = eligible(found);
  const chosen = managers.length > 0 && managers.every((name) => free.some((node) => node.name === name));
  if (!chosen || managers.length >= 3 || before.managers.length === 0) return [];
  const [one] = managers;
  if (managers.length === 1 && !(free.length >= 3 && one !== undefined && before.managers.includes(one))) return [];
  const count = managers.length === 1 ? "one manager" : "two managers, which is no safer than one";
  return [
    `managers: warning: ${count} (${managers.join(", ")}), because nodes keep their role and no new node is there to make them three: add ` +
      `${3 - managers.length === 1 ? "a node" : "two nodes"} to a pool on the same site`,
  ];
}
