/** Resources of the lab's clouds as their stand-in plugins know them, and what each cloud's rules make of them. */
import type { Addresses, Cloud, World } from "./world";

export interface CloudResource {
  cloud: Cloud;
  /** e.g. "aws:ec2/instance:Instance" */
  type: string;
  id: string;
  /** Its name in the program. */
  name: string;
  /** Plain JSON; secrets are plain here, so the folder is the owner's alone. */
  inputs: Record<string, unknown>;
  /** Outputs, inputs included, as the engine has them. */
  state: Record<string, unknown>;
  /** The provider's settings, e.g. its region. */
  config: Record<string, unknown>;
}

/** What besides resources a cloud knows. */
export interface Surroundings {
  addresses: Addresses;
  /** Group id -> number of machines asked for outside of Pulumi. */
  sizes: Record<string, number>;
  /** Group id -> keys of its machines. */
  members: Record<string, string[]>;
}

/** One file of derive/ for each cloud. */
export interface CloudRules {
  /** Outputs that only the cloud knows, e.g. addresses: they win over the stand-in's. */
  outputs(resource: CloudResource, all: readonly CloudResource[], around: Surroundings): Record<string, unknown>;
  derive(all: readonly CloudResource[], around: Surroundings): World;
}
