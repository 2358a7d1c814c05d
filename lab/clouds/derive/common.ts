/** What the rules of all clouds have in common. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { catalog, type CloudProvider } from "../../../spec/sizes/catalog";
import type { CloudResource, Surroundings } from "../resources";
import type { Cloud, Endpoint, Group, InboundRule, Machine } from "../world";
import { at, textAt } from "./reading";

/** Clouds as storm.yml's size catalog and the plan's sites call them. */
export const PROVIDERS = {
  aws: "aws",
  "azure-native": "azure",
  digitalocean: "digitalocean",
} as const satisfies Record<Cloud, CloudProvider>;

/** Types of what runs, by what it is. */
export const KINDS: Record<string, "machine" | "group" | "balancer"> = {
  "aws:ec2/instance:Instance": "machine",
  "azure-native:compute:VirtualMachine": "machine",
  "digitalocean:index/droplet:Droplet": "machine",
  "aws:autoscaling/group:Group": "group",
  "azure-native:compute:VirtualMachineScaleSet": "group",
  "digitalocean:index/dropletAutoscale:DropletAutoscale": "group",
  "aws:lb/loadBalancer:LoadBalancer": "balancer",
  "azure-native:network:LoadBalancer": "balancer",
  "digitalocean:index/loadBalancer:LoadBalancer": "balancer",
};

export const EVERYWHERE = "0.0.0.0/0";

/** Its id in the World: readable, and another one for each that is made. */
export function worldId({ cloud, type, id, name, state }: CloudResource): string {
  // A virtual machine of Azure that is made anew has the same path.
  const hash = hex(`${cloud} ${type} ${id} ${textAt(state, "vmId")}`, 8);
  const readable = name.replace(/[^A-Za-z0-9]+/g, "-").replace(`${PROVIDERS[cloud]}-`, "");
  return `${PROVIDERS[cloud]}-${readable.slice(0, 40)}-${hash}`;
}

export function hex(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}

/** The plan's name of a site. */
export function siteOf(cloud: Cloud, region: string): string {
  return `${PROVIDERS[cloud]}-${region}`;
}

/** Most that a machine of the lab may use, for all of them share one: what a node with a dozen small services needs. */
export const MOST = { cpus: 2, memoryMiB: 2048 };

/** CPUs and memory of a machine type: the catalog's, but no more than the lab gives. */
export function sizeOf(cloud: Cloud, machineType: string): Pick<Machine, "cpus" | "memoryMiB"> {
  const { cpus, memoryMiB } = catalog[PROVIDERS[cloud]].sizes.types.get(machineType) ?? MOST;
  // Docker refuses more processors than there are.
  const most = Math.min(MOST.cpus, availableParallelism());
  return { cpus: Math.min(cpus, most), memoryMiB: Math.min(memoryMiB, MOST.memoryMiB) };
}

/** What a group has, and what was asked of it by hand. */
export function groupOf(
  resource: CloudResource,
  { sizes }: Surroundings,
  bounds: { site: string; min: number; max: number; desired: number; machine: (key: string) => Machine },
): Group {
  const id = worldId(resource);
  const { min, max } = bounds;
  const desired = Math.max(min, Math.min(max, sizes[id] ?? bounds.desired));
  return { id, cloud: resource.cloud, ...bounds, desired, machine: (key) => ({ ...bounds.machine(key), group: id }) };
}

/** The group's machines that are there. */
export function membersOf({ id, machine }: Group, { members }: Surroundings): Machine[] {
  return (members[id] ?? []).map(machine);
}

/** Addresses of an endpoint for a rule that names whom it lets in. */
export function single(...endpoints: (Endpoint | undefined)[]): string[] {
  return endpoints.flatMap((each) => (each ? [`${each.privateAddress}/32`] : []));
}

/** A rule that lets in; none when nobody is meant. */
export function allow(protocol: InboundRule["protocol"], ports: [number, number], from: string[]): InboundRule[] {
  return from.length === 0 ? [] : [{ allow: true, protocol, ports, from }];
}

export const ALL_PORTS: [number, number] = [0, 65535];

/** "80", "8000-9000" or "*". */
export function portsOf(text: string): [number, number] {
  if (text === "*" || text === "") return ALL_PORTS;
  const [first = 0, last = first] = text.split("-").map(Number);
  return [first, last];
}

/** Pool that a resource's tags name: a map of texts, or DigitalOcean's list of "pool:scope:name". */
export function poolOf(inputs: Record<string, unknown>): string | undefined {
  const tags = inputs["tags"] ?? at(inputs, "dropletTemplate", "tags");
  if (!Array.isArray(tags)) return textAt(tags, "pool") || undefined;
  return tags
    .map((tag) => textAt(tag))
    .find((tag) => tag.startsWith("pool:"))
    ?.split(":")
    .at(-1);
}
