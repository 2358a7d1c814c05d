import { table } from "../../plan/table";
import { type Output, paint } from "../../tools/report";
import type { CertificateStatus, ClusterStatus, ServiceStatus } from "./assess";
import type { NodeStatus } from "./assess-nodes";

/** The status as people read it; its last line is the sum. */
export function statusText(status: ClusterStatus, output: Output): string {
  const { health, healthyNodes, wantedNodes, problems, services, certificates } = status;
  const good = health === "OK";
  const sum = `Cluster health: ${paint(output, good ? "green" : "red", health)} (${healthyNodes}/${wantedNodes})`;
  const blocks = [
    nodeLines(status.nodes),
    services.length > 0 ? table([["SERVICE", "REPLICAS"], ...services.map(serviceRow)]) : [],
    certificates.length > 0 ? table([["CERTIFICATE", "DAYS LEFT"], ...certificates.map(certificateRow)]) : [],
    problems.map((problem) => paint(output, "red", problem)),
    [sum],
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.join("\n")}\n`)
    .join("\n");
}

function nodeLines(nodes: readonly NodeStatus[]): string[] {
  const head = ["NODE", "ROLE", "SITE", "DECLARED", "EXISTS", "JOINED", "HEALTHY", ""];
  return table([
    head,
    ...nodes.map(({ name, role, site, declared, exists, joined, healthy, notes }) => {
      return [name, role, site, declared, exists, joined, healthy, notes.join(", ")];
    }),
  ]);
}

function serviceRow({ name, running, wanted }: ServiceStatus): string[] {
  return [name, wanted === undefined ? `${running} (job)` : `${running}/${wanted}`];
}

function certificateRow({ name, daysLeft, state }: CertificateStatus): string[] {
  const notes: Partial<Record<CertificateStatus["state"], string>> = {
    due: " (the next `up` renews it)",
    ending: " (ends)",
    ended: " (has ended)",
    silent: " (nobody answers)",
    unknown: " (the name is not known here)",
  };
  return [name, `${daysLeft ?? "unknown"}${notes[state] ?? ""}`];
}
