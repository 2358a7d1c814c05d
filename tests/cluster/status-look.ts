import type { ClusterStatus } from "../../cli/status/assess";
import { eventually, type LabCluster, notYet } from "./lab";
import type { Operator } from "./person";

/** Seconds within which `storm status` has to be right. */
export const RIGHT_SECONDS = 15;
/** Until a node that was away is back, its tasks among them. */
const BACK_SECONDS = 90;

/** Waits for a look of `storm status` in which `right` is so. */
export function statusSays(
  operator: Operator,
  what: string,
  seconds: number,
  right: (found: ClusterStatus) => boolean,
): Promise<ClusterStatus> {
  return eventually(seconds, what, async () => {
    const { code, stdout, stderr } = await operator.storm(["status", operator.stack, "--json"], 60);
    if (stdout === "") throw new Error(stderr);
    const found = JSON.parse(stdout) as ClusterStatus;
    expect(code).toBe(found.health === "OK" ? 0 : 1);
    return right(found) ? found : notYet(found);
  });
}

export function statusIsWhole(lab: LabCluster): Promise<ClusterStatus> {
  return statusSays(lab, "a whole cluster", BACK_SECONDS, ({ health }) => health === "OK");
}

export function nodeIn(found: ClusterStatus, name: string) {
  return found.nodes.find((node) => node.name === name);
}
