/** What is told of the eight nodes. */
import { EIGHT_NODES } from "../cli/rehearsal/eight-nodes";
import type { EightNodes } from "./eight-nodes";
import type { Figure } from "./figures";
import { quantile, round } from "./measure";

const LOCAL_NODES = 3;

/** @param localSeconds of three local nodes to their first page. @returns by name in bench/results.json */
export function eightNodesFigures(measured: EightNodes, localSeconds: number): Record<string, Figure> {
  const { startSeconds, byIngress, direct, deleted, rebootSeconds } = measured;
  const shares = (all: readonly number[]) => ({
    requests: all.length,
    p50: round(quantile(all, 0.5)),
    p99: round(quantile(all, 0.99)),
  });
  return {
    "8 nodes": {
      title: "First page, eight nodes of three clouds / three local ones, per node",
      value: startSeconds / EIGHT_NODES.length / (localSeconds / LOCAL_NODES),
      unit: "ratio",
      details: { eightNodesSeconds: round(startSeconds), threeNodesSeconds: round(localSeconds) },
    },
    "8 p99": {
      title: "Request by balancer and ingress with TLS / direct, 99th percentile",
      value: quantile(byIngress, 0.99) / quantile(direct, 0.99),
      unit: "ratio",
      details: { milliseconds: { byIngress: shares(byIngress), direct: shares(direct) } },
    },
    "8 deleted": {
      title: "A manager is deleted: until requests by name stop failing",
      target: 35,
      value: deleted.failingFor,
      unit: "s",
      details: { ...deleted },
    },
    "8 reboot": {
      title: "All eight reboot at once: until all are in and the page is served",
      target: 120,
      value: rebootSeconds,
      unit: "s",
      details: {},
    },
  };
}
