import * as pulumi from "@pulumi/pulumi";
import { birthOf, MEMORY, VOLUME_NODE } from "../plan/before";
import type { NodePlan, Plan } from "../plan/types";
import type { Node } from "./node";

/**
 * What the next plan has to know of this one: who the managers are, what machines were made as, and which node holds volumes
 * (plan/before.ts). Managers are entries of the state each under its node's name, so that `--target '**::NODE'` has a manager's machine and
 * its entry. The others, which may be hundreds, are one entry a pool, under its key.
 */
export class Memory extends pulumi.ComponentResource {
  constructor(
    name: string,
    private readonly plan: Plan,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(MEMORY, name, {}, opts);
    for (const node of plan.nodes.filter(isManager)) this.keep(node.name, birthOf(plan, node));
    this.keep(VOLUME_NODE, plan.volumeNode);
    this.registerOutputs({});
  }

  /** Written when all machines of the pool are there: an update that ends before that leaves them to the next. */
  addPools(nodes: readonly Node[]): void {
    for (const { key } of this.plan.pools) {
      const own = nodes.filter(({ plan: node }) => node.pool === key && !isManager(node));
      if (own.length === 0) continue;
      const births = Object.fromEntries(own.map(({ plan: node }) => [node.name, birthOf(this.plan, node)]));
      this.keep(
        key,
        pulumi.all(own.map(({ id }) => id)).apply(() => births),
      );
    }
  }

  private keep(name: string, input: pulumi.Input<unknown>): void {
    new pulumi.Stash(name, { input }, { parent: this });
  }
}

function isManager({ role }: NodePlan): boolean {
  return role === "manager";
}
