import { awsRegions } from "../regions/aws";
import { azureRegions } from "../regions/azure";
import { digitaloceanRegions } from "../regions/digitalocean";
import type { Region } from "../regions/types";
import { awsSizes } from "./aws";
import { azureSizes } from "./azure";
import { digitaloceanSizes } from "./digitalocean";
import { localSizes } from "./local";
import type { MachineType, SizeCatalog } from "./types";
import { PORTABLE_SIZES } from "./types";

/** Everything that storm.yml's checks and the plan know of one provider of machines. */
export interface ProviderCatalog {
  /** The provider's key in storm.yml. */
  readonly key: string;
  /** The provider's name in sentences. */
  readonly title: string;
  readonly sizes: SizeCatalog;
  /** Empty: the provider has no regions. */
  readonly regions: ReadonlyMap<string, Region>;
  readonly defaultRegion: string;
  readonly elastic: boolean;
  readonly spot: boolean;
  /** Whether a node can have a disk of its own, which outlives the machine. */
  readonly disks: boolean;
  /** Whether its networks have NAT and take a bastion, so that nodes need no public address. */
  readonly private: boolean;
}

/** The one entry that a further provider adds here; the schema, the rules and the plan follow from it. */
export const catalog = {
  aws: {
    key: "AWS",
    title: "AWS",
    sizes: awsSizes,
    regions: awsRegions,
    defaultRegion: "us-east-1",
    elastic: true,
    spot: true,
    disks: true,
    private: true,
  },
  azure: {
    key: "Azure",
    title: "Azure",
    sizes: azureSizes,
    regions: azureRegions,
    defaultRegion: "eastus",
    elastic: true,
    spot: true,
    disks: true,
    private: true,
  },
  digitalocean: {
    key: "DigitalOcean",
    title: "DigitalOcean",
    sizes: digitaloceanSizes,
    regions: digitaloceanRegions,
    defaultRegion: "nyc3",
    elastic: true,
    spot: false,
    disks: true,
    private: false,
  },
  local: {
    key: "Local",
    title: "Local",
    sizes: localSizes,
    regions: new Map<string, Region>(),
    defaultRegion: "",
    elastic: false,
    spot: false,
    disks: false,
    private: false,
  },
} as const satisfies Record<string, ProviderCatalog>;

/** A provider whose machines Storm makes. */
export type MachineProvider = keyof typeof catalog;
export const machineProviders = Object.keys(catalog) as MachineProvider[];

/** A provider with regions. */
export type CloudProvider = Exclude<MachineProvider, "local">;
export const cloudProviders = machineProviders.filter((provider): provider is CloudProvider => provider !== "local");

export interface ResolvedSize {
  /** The portable size, or the provider's own type where that was asked for. */
  readonly size: string;
  readonly machineType: string;
  readonly machine: MachineType;
  /** What a retired name became. */
  readonly became?: string;
}

/** From a size as storm.yml says it to the machine; undefined when the provider has no such size. */
export function resolveSize(provider: MachineProvider, size: string): ResolvedSize | undefined {
  const sizes: SizeCatalog = catalog[provider].sizes;
  const became = Object.hasOwn(sizes.retired, size) ? sizes.retired[size] : undefined;
  const current = became ?? size;
  const portable = PORTABLE_SIZES.find((word) => word === current);
  const machineType = portable === undefined ? current : sizes.portable[portable];
  const machine = sizes.types.get(machineType);
  return machine === undefined ? undefined : { size: current, machineType, machine, became };
}

/** Every word that `size` may be, today's first. */
export function sizeWords(provider: MachineProvider): string[] {
  const sizes: SizeCatalog = catalog[provider].sizes;
  return [...new Set([...PORTABLE_SIZES, ...sizes.types.keys(), ...Object.keys(sizes.retired)])];
}
