import * as pulumi from "@pulumi/pulumi";
import { birthOf, MEMORY, VOLUME_NODE } from "../plan/before";
import type { Plan } from "../plan/types";

/**
 * What the next plan has to know of this one: who the managers are, what their machines were made as, and which node holds volumes
 * (plan/before.ts). Entries of the state, each under its node's name, so that `--target '**::NODE'` has a manager's machine and its entry.
 */
export class Memory extends pulumi.ComponentResource {
  constructor(name: string, plan: Plan, opts?: pulumi.ComponentResourceOptions) {
    super(MEMORY, name, {}, opts);
    const parent = { parent: this };
    for (const node of plan.nodes.filter(({ role }) => role === "manager"))
      new pulumi.Stash(node.name, { input: birthOf(plan, node) }, parent);
    new pulumi.Stash(VOLUME_NODE, { input: plan.volumeNode }, parent);
    this.registerOutputs({});
  }
}
