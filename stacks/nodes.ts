import { LocalPool, type LocalMachine } from "../components/pools/local";
import type { Node } from "../components/node";
import type { Plan } from "../plan/types";
import type { Base } from "./base";

export interface Nodes {
  /** In the plan's order. */
  all: Node[];
  /** The manager that once-only commands run on. */
  first: Node;
  local: LocalPool;
}

/** The machines. This version makes local ones; a cloud's are one more file in components/pools. */
export function nodes(plan: Plan, upstream: Base, machine: LocalMachine): Nodes {
  const local = new LocalPool("local", {
    plan,
    machine,
    clusterId: upstream.secrets.clusterId,
    sshKey: upstream.secrets.sshKey,
  });
  const all = local.nodes;
  const first = all.find((node) => node.plan.name === plan.managers[0]);
  if (!first) throw new Error(`the plan's first manager ${plan.managers[0]} is on no site of this version`);
  return { all, first, local };
}
