import type { NodePlan } from "./types";

/** One sentence on what loss the cluster survives: how its managers are spread decides. */
export function survivesSentence(managers: readonly NodePlan[]): string {
  const count = managers.length;
  const spare = Math.floor((count - 1) / 2);
  if (count <= 1) {
    return `One manager (${managers[0]?.name ?? "none"}): while it is away, what runs goes on, and nothing can be started, moved or changed.`;
  }
  const some = spare === 1 ? "any one" : `any ${spare}`;
  const nodes = `${some} of its ${count} managers`;
  const sites = new Set(managers.map((node) => node.site));
  if (largestShare(managers, (node) => node.site) <= spare) return `Survives the loss of any one site, or of ${nodes}.`;
  const only = `not of ${sites.size === 1 ? `the site ${[...sites].join()}` : "the site with the most managers"}`;
  const zoned = managers.every((node) => node.zone !== "");
  if (zoned && largestShare(managers, (node) => `${node.site} ${node.zone}`) <= spare) {
    return `Survives the loss of any one zone, or of ${nodes}; ${only}.`;
  }
  if (managers.every((node) => node.site === "local")) return `Survives the loss of ${nodes}; not of this machine.`;
  return `Survives the loss of ${nodes}; ${only}.`;
}

function largestShare(nodes: readonly NodePlan[], group: (node: NodePlan) => string): number {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(group(node), (counts.get(group(node)) ?? 0) + 1);
  return Math.max(...counts.values());
}
