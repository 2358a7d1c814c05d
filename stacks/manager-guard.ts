import * as pulumi from "@pulumi/pulumi";
import type { Before } from "../plan/before";
import { checkChanges, checkRenewed, type Replacing } from "../plan/changes";
import type { Plan } from "../plan/types";
import { clearly } from "./upstream";

/**
 * Sees to it that no more than one manager's machine is made anew. What storm.yml asks for is found in the plan, before anything is
 * registered, in previews and updates. What only the engine knows (another network, `--replace`, what a provider's new version
 * cannot change in place) is found in previews: there a machine that stays has its id, and one that is made anew has none yet.
 *
 * The SDK's resource hooks, which are for this, do not pass through the language host of package registries
 * (docs/decisions/22-managers-stay.md).
 */
export class ManagerGuard {
  private readonly watched: { name: string; resource: pulumi.Resource }[] = [];

  /** @throws Error when the plan itself would change more than one manager, or a node's role. */
  constructor(
    plan: Plan,
    private readonly before: Before,
    replacing: Replacing,
  ) {
    checkChanges(plan, before, replacing, pulumi.getStack());
    if (!pulumi.runtime.isDryRun() || replacing === "all-at-once" || before.managers.length < 2) return;
    pulumi.runtime.registerStackTransformation(({ resource, name }) => {
      if (before.managers.includes(name)) this.watched.push({ name, resource });
      return undefined;
    });
  }

  /**
   * Waits until the engine has planned them.
   * @throws RunError that names them and the ways out
   */
  async check(): Promise<void> {
    const renewed = await Promise.all(
      this.watched.map(async ({ name, resource }) => ((await this.isRenewed(resource)) ? [name] : [])),
    );
    const names = [...new Set(renewed.flat())].sort();
    const found = names.map((name) => ({ name, because: [] }));
    clearly(() => checkRenewed(found, this.before, pulumi.getStack()));
  }

  private async isRenewed(resource: pulumi.Resource): Promise<boolean> {
    // Only now, for a transformation comes before the resource's own constructor has ended.
    if (!pulumi.CustomResource.isInstance(resource)) return false;
    const { urn, id } = resource;
    const known = await new Promise<string>((resolve) => urn.apply(resolve));
    // The SDK has it, and leaves it out of its types. A resource's id is settled when its URN is.
    const { isKnown } = id as unknown as { isKnown: Promise<boolean> };
    return this.before.machines.includes(known) && !(await isKnown);
  }
}
