import type * as pulumi from "@pulumi/pulumi";
import type { Succession } from "../plan/succession";

/**
 * Whose turn it is: the machine of a node waits for a command about another one, which comes later in the program. A node that waits for
 * nobody has nothing of it.
 */
export class Turns {
  private readonly waiting = new Map<string, ((resource: pulumi.Resource) => void)[]>();

  constructor(readonly succession: Succession) {}

  /** What the machine of a node has to depend on besides what it is made of. */
  of(node: string): Promise<pulumi.Resource>[] {
    const previous = this.succession.after[node];
    if (previous === undefined) return [];
    const others = this.waiting.get(previous) ?? [];
    return [new Promise((resolve) => this.waiting.set(previous, [...others, resolve]))];
  }

  /** Says which resource is there when the node is back in the cluster. */
  returned(node: string, resource: pulumi.Resource): void {
    for (const resolve of this.waiting.get(node) ?? []) resolve(resource);
  }
}
