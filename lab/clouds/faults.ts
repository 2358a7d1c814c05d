/** Faults that somebody asked for, as the clouds have them: too many calls, too many machines, machines that die at their boot. */
import { KINDS } from "./derive/common";
import { refusal, WORDS } from "./refusals";
import type { CloudResource } from "./resources";
import type { KeptResource, Store } from "./store";
import type { Cloud } from "./world";

export class FaultBook {
  constructor(private readonly store: Store) {}

  /** @throws LabError 429 as often as it was asked for. */
  throttle(resource: Pick<CloudResource, "cloud" | "name"> & Partial<CloudResource>): void {
    const { cloud } = resource;
    const { throttle } = this.store.state.faults;
    const left = throttle[cloud] ?? 0;
    if (left <= 0) return;
    throttle[cloud] = left - 1;
    this.store.save();
    throw refusal(429, resource, WORDS[cloud].throttled);
  }

  /** @throws LabError 422 when the cloud has as many machines as it allows. */
  refuseAboveQuota(resource: KeptResource): void {
    const { cloud } = resource;
    if (this.room(cloud) <= 0)
      throw refusal(422, resource, WORDS[cloud].quota(this.store.state.faults.quota[cloud] ?? 0));
  }

  /** Machines that a cloud still allows; those of groups count, too. */
  room(cloud: Cloud): number {
    const most = this.store.state.faults.quota[cloud];
    if (most === undefined) return Infinity;
    const own = this.store.resources.filter((each) => each.cloud === cloud && !each.lost);
    const fixed = own.filter(({ type }) => KINDS[type] === "machine");
    const groups = Object.values(this.store.state.members).flat();
    return most - fixed.length - groups.filter((member) => member.cloud === cloud).length;
  }

  /** Whether the next machine of a cloud's pool is one of those that die. It counts as dead then. */
  diesAtBoot(cloud: Cloud, pool: string | undefined): boolean {
    const { faults } = this.store.state;
    const fault = faults.boot.find((each) => each.cloud === cloud && [undefined, pool].includes(each.pool));
    if (!fault) return false;
    fault.count -= 1;
    faults.boot = faults.boot.filter(({ count }) => count > 0);
    this.store.save();
    return true;
  }
}
