/** Planned resources as machines and data disks, which is what limits count. */
import type { Disks, Machines } from "../spec/limits";
import { catalog } from "../spec/sizes/catalog";
import type { MachineType, SizeCatalog } from "../spec/sizes/types";
import type { Resource, StackResource } from "./resource";
import { policyOfProvider, providerOf } from "./providers";
import { number, text } from "./values";

/** One resource that is, or makes, machines. */
export interface PlannedMachines extends Machines {
  readonly resource: Resource;
  /** Undefined where a preview does not know it. */
  readonly machineType: string | undefined;
}

/** Every machine that the resources come to, in the order of their URNs. */
export function plannedMachines(resources: readonly StackResource[]): PlannedMachines[] {
  return resources
    .flatMap((resource) => {
      const found = policyOfProvider(resource.type)?.machines[resource.type]?.(resource, resources);
      const provider = providerOf(resource.type);
      if (found === undefined || provider === undefined) return [];
      const machineType = text(found.type);
      const { types }: SizeCatalog = catalog[provider].sizes;
      const machine: MachineType | undefined = types.get(machineType ?? "");
      return [{ resource, provider, region: regionOf(resource), machineType, count: found.count, machine }];
    })
    .sort((a, b) => (a.resource.urn < b.resource.urn ? -1 : 1));
}

/** Every data disk; a machine's own disk is part of it. */
export function plannedDisks(resources: readonly StackResource[]): Disks[] {
  return resources.flatMap((resource) => {
    const provider = providerOf(resource.type);
    const size = policyOfProvider(resource.type)?.disks[resource.type];
    if (provider === undefined || size === undefined) return [];
    return [{ provider, region: regionOf(resource), count: 1, gibibytes: number(resource.props[size]) ?? 0 }];
  });
}

/** A resource's own, else its provider's; "" where there is none, or a preview does not know it. */
function regionOf({ type, props: own, provider }: Resource): string {
  const names = ["region", "location"];
  const found = [own, provider].flatMap((from) => names.flatMap((name) => text(from[name]) ?? []))[0] ?? "";
  return policyOfProvider(type)?.region?.(found) ?? found;
}
