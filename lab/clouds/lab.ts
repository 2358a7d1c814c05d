/** A lab: what its clouds know and what is real, brought together again after each change. */
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { LabError } from "../plugins/shared/lab-socket";
import { KINDS, poolOf, worldId } from "./derive/common";
import { FaultBook } from "./faults";
import { groupStep, type SeenMember } from "./groups";
import { Passes } from "./passes";
import { refusal, WORDS } from "./refusals";
import type { CloudResource } from "./resources";
import type { KeptResource, Member, Store } from "./store";
import type { DnsZone, Group, World } from "./world";
import { outputsOf, wholeWorld } from "./whole-world";

export interface MachineState {
  id: string;
  container: string;
  state: "running" | "stopped" | "starting" | "gone";
}

/** What makes a World real: realize/realizer.ts, and a fake in tests. */
export interface Realizer {
  apply(world: World): Promise<void>;
  machines(): Promise<MachineState[]>;
  stopMachine(id: string, seconds: number): Promise<void>;
  kill(id: string): Promise<void>;
  start(id: string): Promise<void>;
  destroy(): Promise<void>;
}

/** internet/internet.ts. */
export interface Internet {
  apply(zones: DnsZone[]): Promise<void>;
  destroy(): Promise<void>;
}

export interface LabParts {
  store: Store;
  realizer: Realizer;
  internet: Internet;
  /** A line for people. */
  say: (line: string) => void;
  /** Default: Date.now. */
  now?: () => number;
}

/** One resource as its plugin names it. */
export type ResourceKey = Pick<KeptResource, "cloud" | "type" | "id" | "urn" | "name">;

/** Until a machine that was made must run, in milliseconds. */
const START_MS = 120_000;
/** What a machine has to shut down in, in seconds: Storm's drain takes up to 20. */
export const SHUTDOWN_SECONDS = 90;

export class Lab {
  world: World = { networks: [], machines: [], groups: [], balancers: [], zones: [] };
  private readonly passes = new Passes(() => this.pass());
  /** Machine.id -> since when it is dead. */
  private readonly dead = new Map<string, number>();
  /** Machines that are told to shut down, and those that are to die once they run. */
  private readonly stopping = new Set<string>();
  private readonly doomed = new Set<string>();
  private readonly faults: FaultBook;
  /** What could not be made real at last. */
  failure = "";

  constructor(readonly parts: LabParts) {
    this.faults = new FaultBook(parts.store);
  }

  /** What the cloud has under a URN, the newest first. */
  list({ cloud, type, urn, name }: Omit<ResourceKey, "id">): KeptResource[] {
    this.faults.throttle({ cloud, name });
    return this.store.resources.filter((each) => each.type === type && each.urn === urn && !each.lost).reverse();
  }

  get(key: ResourceKey): KeptResource | undefined {
    this.faults.throttle(key);
    const found = this.store.find(key);
    if (!found || found.lost) return undefined;
    return { ...found, state: { ...found.state, ...outputsOf(found, this.store) } };
  }

  /** Makes or changes a resource; gives what only the cloud can tell of it. A machine runs then. */
  async put(given: CloudResource & { urn: string; made: boolean }): Promise<Record<string, unknown>> {
    const { made, ...resource } = given;
    this.faults.throttle(resource);
    const isMachine = KINDS[resource.type] === "machine";
    const before = this.store.find(resource);
    if (made && isMachine) this.faults.refuseAboveQuota(resource);
    // It takes the place of the one that its site lost.
    const lost = this.store.resources.filter(
      ({ type, urn, lost: site }) => made && type === resource.type && urn === resource.urn && site,
    );
    for (const each of lost) this.store.remove(each);
    const outputs = outputsOf(resource, this.store);
    const same = made && before?.urn !== resource.urn ? undefined : before;
    this.store.put({ ...resource, state: { ...resource.state, ...outputs } }, same);
    await this.settle(worldId(resource));
    if (made && isMachine) await this.boot(resource);
    return outputs;
  }

  /** Nothing there is fine. */
  async delete(key: ResourceKey): Promise<void> {
    const found = this.store.find(key);
    this.faults.throttle({ ...key, inputs: found?.inputs });
    if (found) this.store.remove(found);
    await this.settle(found && worldId(found));
  }

  /** What the clouds do by themselves: once a second. */
  async tick(): Promise<void> {
    const states = new Map((await this.parts.realizer.machines()).map(({ id, state }) => [id, state]));
    const now = (this.parts.now ?? Date.now)();
    for (const [id, state] of states) {
      const isDead = state === "stopped" || state === "gone";
      if (!isDead) this.dead.delete(id);
      else if (!this.dead.has(id)) this.dead.set(id, now);
      if (state === "running" && (this.state.off.includes(id) || this.doomed.delete(id)))
        await this.parts.realizer.kill(id);
    }
    const changes = this.world.groups.map((group) => this.keep(group, states, now));
    if (changes.includes(true)) this.store.save();
    if (changes.includes(true) || this.failure !== "") await this.run();
  }

  /** Brings everything to what is asked for; a failure is told and tried again. */
  async run(): Promise<void> {
    await this.passes.run().catch(() => undefined); // pass() has said it
  }

  /** Waits for a pass. @throws Error for what went wrong with what has this id, or with nothing in particular. */
  async settle(own: string | undefined): Promise<void> {
    await this.passes.run().catch((error: Error) => {
      const lines = error.message.split("\n").filter((line) => {
        const [, about] = /^(?:machine|balancer) (\S+): /.exec(line) ?? [];
        return about === undefined || about === own;
      });
      if (lines.length > 0) throw new Error(lines.join("\n"), { cause: error });
    });
  }

  private get store(): Store {
    return this.parts.store;
  }

  private get state(): Store["state"] {
    return this.store.state;
  }

  private async pass(): Promise<void> {
    const groups = new Set(this.store.resources.filter(({ type }) => KINDS[type] === "group").map(worldId));
    for (const id of Object.keys(this.state.members)) if (!groups.has(id)) delete this.state.members[id];
    this.world = wholeWorld(this.store);
    const there = new Set(this.world.machines.map(({ id }) => id));
    this.state.off = this.state.off.filter((id) => there.has(id));
    this.store.save();
    try {
      await this.parts.realizer.apply(this.world);
      await this.parts.internet.apply(this.world.zones);
      this.failure = "";
    } catch (error) {
      const { message } = error as Error; // both throw errors only
      if (message !== this.failure) this.parts.say(message);
      this.failure = message;
      throw error;
    }
  }

  /** Waits until a machine that was made runs; it may be one that dies then. */
  private async boot(resource: KeptResource): Promise<void> {
    const id = worldId(resource);
    if (!this.world.machines.some((machine) => machine.id === id))
      throw refusal(422, resource, "its network interface is not there");
    const until = Date.now() + START_MS;
    for (;;) {
      const state = (await this.parts.realizer.machines()).find((each) => each.id === id)?.state;
      if (state === "running") break;
      if (state === "stopped" || state === "gone" || Date.now() > until)
        throw refusal(500, resource, `its container does not run: ${state ?? "there is none"}`);
      await pause(100);
    }
    if (!this.faults.diesAtBoot(resource.cloud, poolOf(resource.inputs))) return;
    await this.parts.realizer.kill(id);
    const kept = this.store.find(resource);
    if (kept) this.store.remove(kept);
    await this.settle(id);
    throw refusal(422, resource, WORDS[resource.cloud].boot(resource.id));
  }

  /** Keeps a group at its size. True when its members changed. */
  private keep(group: Group, states: Map<string, MachineState["state"]>, now: number): boolean {
    const members = this.state.members[group.id] ?? [];
    const idOf = (key: string) => `${group.id}-${key}`;
    const seen = members.map(({ key, retiring }): SeenMember => {
      const state = states.get(idOf(key));
      const known = state === undefined || state === "starting" ? "pending" : state;
      return { key, state: known, deadSince: this.dead.get(idOf(key)), retiring };
    });
    const step = groupStep(group.desired, seen, now);
    for (const member of members) if (step.retire.includes(member.key)) member.retiring = true;
    for (const { key, retiring } of members) if (retiring && !step.remove.includes(key)) this.announce(idOf(key));
    const room = this.faults.room(group.cloud);
    const born = Array.from({ length: Math.max(0, Math.min(step.create, room)) }, () => this.bear(group));
    this.state.members[group.id] = [...members.filter(({ key }) => !step.remove.includes(key)), ...born];
    for (const key of step.remove) this.parts.say(`${group.id}: ${key} is dead and taken away`);
    return step.remove.length + step.retire.length + born.length > 0;
  }

  private bear(group: Group): Member {
    const key = randomBytes(3).toString("hex");
    const { id, userData, metaData, cpus, memoryMiB } = group.machine(key);
    const pool = this.store.resources.find((each) => worldId(each) === group.id);
    if (this.faults.diesAtBoot(group.cloud, pool && (poolOf(pool.inputs) ?? pool.name.split("/").at(-1))))
      this.doomed.add(id);
    this.parts.say(`${group.id}: makes ${key}`);
    return { cloud: group.cloud, key, birth: { userData, metaData, cpus, memoryMiB } };
  }

  /** Tells a machine to shut down, once. */
  private announce(id: string): void {
    if (this.stopping.has(id)) return;
    this.stopping.add(id);
    this.parts.say(`${id} is told to shut down`);
    this.parts.realizer
      .stopMachine(id, SHUTDOWN_SECONDS)
      .catch((error: Error) => this.parts.say(`${id}: ${error.message}`))
      .finally(() => this.stopping.delete(id));
  }
}

/** @throws LabError when nothing, or more than one thing, is called so. */
export function theOne<T>(found: T[], what: string, among: string[]): T {
  const [one, ...more] = found;
  if (one !== undefined && more.length === 0) return one;
  throw new LabError(
    `${one === undefined ? "there is no" : "more than one is called"} ${what}; there are: ${among.join(", ")}`,
    404,
  );
}
