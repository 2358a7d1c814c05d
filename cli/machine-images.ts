import { machineImageKey } from "../plan/lock";
import { resolveSize } from "../spec/sizes/catalog";

/** A resource of an exported stack, as far as it is read here. */
export interface StateResource {
  type: string;
  created?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

interface Machine {
  provider: "aws" | "azure" | "digitalocean";
  region: unknown;
  size: unknown;
  image: unknown;
}

/** How each provider's machine says what it was made from. */
const READ: Record<string, (inputs: Record<string, unknown>, outputs: Record<string, unknown>) => Machine> = {
  "aws:ec2/instance:Instance": (inputs, outputs) => ({
    provider: "aws",
    region: outputs["region"] ?? String(outputs["availabilityZone"] ?? "").replace(/[a-z]$/, ""),
    size: inputs["instanceType"],
    image: inputs["ami"] ?? outputs["ami"],
  }),
  "azure-native:compute:VirtualMachine": (inputs, outputs) => ({
    provider: "azure",
    region: outputs["location"] ?? inputs["location"],
    size: part(inputs, "hardwareProfile")["vmSize"],
    image: azureImage(part(part(inputs, "storageProfile"), "imageReference"), outputs),
  }),
  "digitalocean:index/droplet:Droplet": (inputs, outputs) => ({
    provider: "digitalocean",
    region: inputs["region"] ?? outputs["region"],
    size: inputs["size"],
    image: inputs["image"],
  }),
};

/**
 * The machine images that a stack's nodes were made from, by storm.lock's keys. Where nodes of one key differ, because an upgrade is on
 * its way, the newest node's counts.
 */
export function machineImages(resources: readonly StateResource[]): Record<string, string> {
  const found = [...resources]
    .sort((a, b) => ((a.created ?? "") < (b.created ?? "") ? -1 : 1))
    .flatMap(({ type, inputs = {}, outputs = {} }): [string, string][] => {
      const machine = READ[type]?.(inputs, outputs);
      const { region, size, image } = machine ?? {};
      if (machine === undefined || typeof region !== "string" || typeof size !== "string" || !image) return [];
      const architecture = resolveSize(machine.provider, size)?.machine.architecture ?? "amd64";
      return [[machineImageKey(machine.provider, region, architecture), String(image as string | number)]];
    });
  return Object.fromEntries(found);
}

/** "publisher:offer:sku:version" with the version that "latest" was, or the image's own id. */
function azureImage(reference: Record<string, unknown>, outputs: Record<string, unknown>): unknown {
  if (typeof reference["id"] === "string") return reference["id"];
  const exact = part(part(outputs, "storageProfile"), "imageReference")["exactVersion"];
  const version = reference["version"] === "latest" ? exact : reference["version"];
  const words = [reference["publisher"], reference["offer"], reference["sku"], version];
  return words.every((word) => typeof word === "string" && word !== "") ? words.join(":") : undefined;
}

function part(of: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = of[name];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}; // a JSON object
}
