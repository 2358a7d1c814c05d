/** Planned resources as machines and data disks, which is what limits count. */
import type { Disks, Machines } from "../spec/limits";
import { catalog, type MachineProvider } from "../spec/sizes/catalog";
import type { MachineType, SizeCatalog } from "../spec/sizes/types";
import type { Resource, StackResource } from "./resource";
import { providerOf } from "./place";
import { number, type Props, props, rows, text, type Value } from "./values";

/** One resource that is, or makes, machines. */
export interface PlannedMachines extends Machines {
  readonly resource: Resource;
  /** Undefined where a preview does not know it. */
  readonly machineType: string | undefined;
}

interface Found {
  readonly type: Value | undefined;
  readonly count: number;
}

/** What each type of resource comes to; groups that scale by themselves at their largest. */
const MACHINES: Readonly<Record<string, (resource: StackResource, all: readonly StackResource[]) => Found>> = {
  "aws:ec2/instance:Instance": awsInstance,
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest": awsInstance,
  "aws:autoscaling/group:Group": awsGroup,
  "azure-native:compute:VirtualMachine": (vm) => ({ type: props(vm.props["hardwareProfile"])["vmSize"], count: 1 }),
  "azure-native:compute:VirtualMachineScaleSet": azureScaleSet,
  "digitalocean:index/droplet:Droplet": ({ props: { size } }) => ({ type: size, count: 1 }),
  "digitalocean:index/dropletAutoscale:DropletAutoscale": digitalOceanPool,
  "storm:local:Node": ({ props: node }) => ({ type: localSize(node), count: 1 }),
};

/** Type of resource -> provider and the input with the disk's size in GiB. */
const DISKS: Readonly<Record<string, readonly [provider: MachineProvider, size: string]>> = {
  "aws:ebs/volume:Volume": ["aws", "size"],
  "azure-native:compute:Disk": ["azure", "diskSizeGB"],
  "digitalocean:index/volume:Volume": ["digitalocean", "size"],
};

/** Every machine that the resources come to, in the order of their URNs. */
export function plannedMachines(resources: readonly StackResource[]): PlannedMachines[] {
  return resources
    .flatMap((resource) => {
      const found = MACHINES[resource.type]?.(resource, resources);
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
    const [provider, size] = DISKS[resource.type] ?? [];
    if (provider === undefined || size === undefined) return [];
    return [{ provider, region: regionOf(resource), count: 1, gibibytes: number(resource.props[size]) ?? 0 }];
  });
}

/** A resource's own, else its provider's; "" where there is none, or a preview does not know it. */
function regionOf({ type, props: own, provider }: Resource): string {
  const names = ["region", "location"];
  const found = [own, provider].flatMap((from) => names.flatMap((name) => text(from[name]) ?? []))[0] ?? "";
  // Azure takes "West Europe" for "westeurope".
  return type.startsWith("azure") ? found.toLowerCase().replaceAll(" ", "") : found;
}

function awsInstance(instance: StackResource): Found {
  return { type: instance.props["instanceType"] ?? templateType(instance, "launchTemplate"), count: 1 };
}

function awsGroup(group: StackResource): Found {
  const count = number(group.props["maxSize"]) ?? 0;
  const { launchTemplate } = props(group.props["mixedInstancesPolicy"]);
  const overrides = rows(props(launchTemplate)["overrides"]).map(({ instanceType }) => instanceType);
  // The dearest of those that it may choose from.
  const price = (type: Value | undefined) => catalog.aws.sizes.types.get(text(type) ?? "")?.monthlyUsd ?? Infinity;
  const [dearest] = overrides.filter((type) => type !== undefined).sort((a, b) => price(b) - price(a));
  const template = templateType(group, "launchTemplate") ?? templateType(group, "mixedInstancesPolicy");
  return { type: dearest ?? template, count };
}

/** The template's id is not known in a preview, but what the input is made from is. */
function templateType({ references }: StackResource, input: string): Value | undefined {
  return references[input]?.find(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate")?.props["instanceType"];
}

function azureScaleSet(set: StackResource, all: readonly StackResource[]): Found {
  const { name, capacity } = props(set.props["sku"]);
  const largest = all
    .filter((each) => /^azure-native:(monitor|insights):AutoscaleSetting$/.test(each.type))
    .filter(({ references }) => references["targetResourceUri"]?.some(({ urn }) => urn === set.urn))
    .flatMap((setting) => rows(setting.props["profiles"]))
    .map((profile) => number(props(profile["capacity"])["maximum"]) ?? 0);
  return { type: name, count: Math.max(number(capacity) ?? 0, ...largest) };
}

function digitalOceanPool({ props: pool }: StackResource): Found {
  const { maxInstances, targetNumberInstances } = props(pool["config"]);
  const { size } = props(pool["dropletTemplate"]);
  return { type: size, count: number(maxInstances) ?? number(targetNumberInstances) ?? 0 };
}

/** Local nodes have no types: the size with the same processors and memory. */
function localSize(node: Props): string | undefined {
  const [size] = [...catalog.local.sizes.types].find(
    ([, type]) => type.cpus === number(node["cpus"]) && type.memoryMiB === number(node["memoryMiB"]),
  ) ?? [undefined];
  return size;
}
