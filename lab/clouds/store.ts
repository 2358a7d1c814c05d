/**
 * What the lab's clouds know, on disk: resources, what was asked by hand, addresses. Each file appears whole, so that it is right after a
 * SIGKILL at any moment. User-data holds secrets: everything is the owner's alone.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writeAtomically } from "../../tools/files";
import { KeptAddresses } from "./addresses";
import type { OwnMachine } from "./derive/own";
import type { CloudResource } from "./resources";
import type { Cloud, Machine } from "./world";

export interface KeptResource extends CloudResource {
  urn: string;
  /** Its site, when that was lost: until it is restored, the cloud denies this and it does not run. */
  lost?: string;
}

/** A machine of a group. */
export interface Member {
  cloud: Cloud;
  key: string;
  /** As it was made; its template may have changed since. */
  birth: Pick<Machine, "userData" | "metaData" | "cpus" | "memoryMiB">;
  /** Its shutdown was announced. */
  retiring?: true;
}

/** What was asked by hand. */
export interface LabState {
  /** Group.id -> machines asked for outside of Pulumi. */
  sizes: Record<string, number>;
  /** Group.id -> its machines, the oldest first. */
  members: Record<string, Member[]>;
  /** Machine.id of those that must not run. */
  off: string[];
  /** Machines of the user's own. */
  own: OwnMachine[];
  faults: Faults;
}

export interface Faults {
  /** Calls that each cloud refuses from now on as too many. */
  throttle: Partial<Record<Cloud, number>>;
  /** Machines that each cloud allows. */
  quota: Partial<Record<Cloud, number>>;
  /** Machines of a cloud, or of one of its pools, that die at their boot from now on. */
  boot: { cloud: Cloud; pool?: string; count: number }[];
}

const EMPTY: LabState = { sizes: {}, members: {}, off: [], own: [], faults: { throttle: {}, quota: {}, boot: [] } };

export class Store {
  readonly addresses: KeptAddresses;
  readonly state: LabState;
  /** By file, in the order in which they were made. */
  private readonly byFile = new Map<string, KeptResource>();
  /** What the file of `state` says. */
  private saved = "";

  /** @param folder absolute; made for its owner alone. */
  constructor(private readonly folder: string) {
    const resources = join(folder, "resources");
    mkdirSync(resources, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(resources).sort()) {
      const file = join(resources, name);
      // Half written when the process was killed.
      if (!name.endsWith(".json")) rmSync(file);
      else this.byFile.set(file, JSON.parse(readFileSync(file, "utf8")) as KeptResource); // own file
    }
    this.addresses = new KeptAddresses(join(folder, "addresses.json"));
    const state = JSON.parse(readIfThere(join(folder, "state.json")) ?? "{}") as Partial<LabState>; // own file
    this.state = { ...structuredClone(EMPTY), ...state };
  }

  get resources(): KeptResource[] {
    return [...this.byFile.values()];
  }

  /** The one with this URN where several have the id: some resources are a part of another, and go by its id. */
  find({ cloud, type, id, urn }: Pick<KeptResource, "cloud" | "type" | "id" | "urn">): KeptResource | undefined {
    const all = this.resources.filter((each) => each.cloud === cloud && each.type === type && each.id === id);
    return all.find((each) => each.urn === urn) ?? all[0];
  }

  /** Adds it, or puts it in the place of `before`. */
  put(resource: KeptResource, before?: KeptResource): void {
    const known = [...this.byFile].find(([, each]) => each === before)?.[0];
    // Names in the order of time.
    const name = `${Date.now().toString().padStart(15, "0")}-${randomUUID()}.json`;
    const file = known ?? join(this.folder, "resources", name);
    writeAtomically(file, JSON.stringify(resource, undefined, 1), 0o600);
    this.byFile.set(file, resource);
  }

  remove(resource: KeptResource): void {
    for (const [file, each] of this.byFile) {
      if (each !== resource) continue;
      rmSync(file, { force: true });
      this.byFile.delete(file);
    }
  }

  /** Writes down what was changed in `state`. */
  save(): void {
    const text = JSON.stringify(this.state, undefined, 1);
    if (text !== this.saved) writeAtomically(join(this.folder, "state.json"), text, 0o600);
    this.saved = text;
  }
}
