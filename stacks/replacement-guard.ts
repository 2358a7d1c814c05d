import * as pulumi from "@pulumi/pulumi";
import type { Before } from "../plan/before";
import { checkChanges, checkRenewed } from "../plan/changes";
import { checkPlanned, checkWorkers, type Order } from "../plan/side-by-side";
import { type Succession, successionOf } from "../plan/succession";
import type { Plan } from "../plan/types";
import type { Settings } from "./settings";
import { clearly } from "./upstream";

/**
 * Sees to it that no more than one manager's machine is made anew, and of other pools no two at once. What storm.yml asks for is found in
 * the plan, before anything is registered, in previews and updates. What only the engine knows (another network, `--replace`, what a
 * provider's new version cannot change in place) is found in previews: there a machine that stays has its id, and one that is made anew
 * has none yet.
 *
 * The SDK's resource hooks, which are for this, do not pass through the language host of package registries
 * (docs/decisions/22-managers-stay.md).
 */
export class ReplacementGuard {
  private readonly watched: { name: string; resource: pulumi.Resource }[] = [];
  private readonly machines: ReadonlySet<string>;
  private readonly order: Order;
  /** Whether managers may be made anew all at once. */
  private readonly manyManagers: boolean;

  /** @throws Error when the plan itself would change a node's role, more than one manager, or workers that cannot wait for each other. */
  constructor(
    private readonly plan: Plan,
    private readonly before: Before,
    { layers: { here }, replacing, replacingWorkers }: Pick<Settings, "layers" | "replacing" | "replacingWorkers">,
  ) {
    this.manyManagers = replacing === "all-at-once";
    this.order = {
      succession: successionOf(plan, before, replacingWorkers),
      canWait: here.includes("nodes") && here.includes("cluster"),
      replacing: replacingWorkers,
    };
    checkChanges(plan, before, replacing, pulumi.getStack());
    checkPlanned(plan, this.order, pulumi.getStack());
    this.machines = new Set(before.machines);
    if (!pulumi.runtime.isDryRun() || before.machines.length === 0) return;
    const names = new Set(before.nodes);
    pulumi.runtime.registerStackTransformation(({ resource, name }) => {
      if (names.has(name)) this.watched.push({ name, resource });
      return undefined;
    });
  }

  /** In which order machines change that are there. */
  get succession(): Succession {
    return this.order.succession;
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
    const managers = names.filter((name) => this.before.managers.includes(name));
    const found = managers.map((name) => ({ name, because: [] }));
    clearly(() => {
      if (!this.manyManagers) checkRenewed(found, this.before, pulumi.getStack());
      checkWorkers(this.plan, names, this.order, pulumi.getStack());
    });
  }

  private async isRenewed(resource: pulumi.Resource): Promise<boolean> {
    // Only now, for a transformation comes before the resource's own constructor has ended.
    if (!pulumi.CustomResource.isInstance(resource)) return false;
    const { urn, id } = resource;
    const known = await new Promise<string>((resolve) => urn.apply(resolve));
    // The SDK has it, and leaves it out of its types. A resource's id is settled when its URN is.
    const { isKnown } = id as unknown as { isKnown: Promise<boolean> };
    return this.machines.has(known) && !(await isKnown);
  }
}
