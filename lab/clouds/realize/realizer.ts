/** Makes what is on this machine like the world of the lab's clouds. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Docker, DockerError } from "../../local/docker";
import type { Container } from "../../local/docker-types";
import { Locks } from "../../local/lock";
import type { Balancer, CloudNetwork, Endpoint, Machine, World } from "../world";
import { balancerConfig } from "./balancer-config";
import { Births } from "./births";
import { Containers, instanceOf } from "./containers";
import { endpoints, publicAddresses } from "./endpoints";
import { MetadataServices } from "./metadata";
import { LABELS, Names, namespacePath } from "./names";
import { Networks } from "./networks";
import { plug } from "./port";
import { followStarts } from "./starts";
import { Volumes } from "./volumes";

export interface RealizerOptions {
  /** Part of every name: 1 to 12 small letters and digits. */
  lab: string;
  /** State on disk: it is made, for its owner alone. */
  folder: string;
  /** Reference of the lab's image (image.ts). */
  image: string;
  docker?: Docker;
  /** For people: what happens besides. */
  say: (line: string) => void;
}

/** "gone": somebody removed its container; it stays so, as a machine that was deleted in its cloud does. */
export interface MachineState {
  id: string;
  container: string;
  state: "running" | "stopped" | "starting" | "gone";
}

const EMPTY: World = { networks: [], machines: [], groups: [], balancers: [], zones: [] };

export class Realizer {
  private readonly names: Names;
  private readonly docker: Docker;
  private readonly networks: Networks;
  private readonly containers: Containers;
  private readonly births: Births;
  private readonly volumes: Volumes;
  private readonly metadata: MetadataServices;
  private readonly locks = new Locks();
  private readonly watching = new AbortController();
  private world = EMPTY;
  /** Machine.id -> the start of its container and the volumes that it was given. */
  private readonly disks = new Map<string, string>();
  /** Container id of a balancer -> its configuration. */
  private readonly configs = new Map<string, string>();

  constructor(private readonly options: RealizerOptions) {
    this.names = new Names(options.lab);
    this.docker = options.docker ?? new Docker();
    this.networks = new Networks(this.names);
    this.containers = new Containers(this.docker, this.names, options.image);
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.births = new Births(join(options.folder, "born"));
    this.volumes = new Volumes(join(options.folder, "volumes"));
    this.metadata = new MetadataServices(join(options.folder, "metadata"), options.say);
  }

  /** Path of the namespace that lies between the clouds: it has INTERNET.dns and INTERNET.services. There after the first apply(). */
  get internet(): string {
    return namespacePath(this.names.internet);
  }

  /** Path of the namespace of everybody else on the internet. */
  get visitors(): string {
    return namespacePath(this.names.visitors);
  }

  /**
   * Changes what differs, and no more; one call at a time. A machine that stopped stays stopped, and one whose container was removed by
   * hand stays away, until the world drops it. Its error has one line for each thing that failed; everything else is done.
   */
  apply(world: World): Promise<void> {
    return this.locks.run("apply", async () => {
      this.world = world;
      await this.networks.ensureInternet();
      const failures = await this.removeUnwanted();
      failures.push(...(await failuresOf(world.networks.map((network) => this.settleNetwork(network)))));
      await this.networks.routePublic(publicAddresses(endpoints(world)));
      failures.push(...(await failuresOf(endpoints(world).map(({ id }) => this.settle(id)))));
      const attached = new Set(world.machines.flatMap((machine) => machine.volumes.map((volume) => volume.id)));
      failures.push(...(await failuresOf([this.volumes.keep(attached, world.volumes && new Set(world.volumes))])));
      throwAll(failures);
    });
  }

  async machines(): Promise<MachineState[]> {
    const found = await this.containers.list("machine");
    const here = found.map((container): MachineState => {
      const id = container.Labels?.[LABELS.id] ?? "";
      const states: Partial<Record<string, MachineState["state"]>> = {
        running: "running",
        created: "starting",
        restarting: "starting",
      };
      return { id, container: this.names.container(id), state: states[container.State] ?? "stopped" };
    });
    const seen = new Set(here.map(({ id }) => id));
    const away = this.world.machines
      .filter((machine) => !seen.has(machine.id) && this.births.has(machine.id, instanceOf(machine)))
      .map(({ id }): MachineState => ({ id, container: this.names.container(id), state: "gone" }));
    return [...here, ...away];
  }

  /** Halts a machine as its cloud does: systemd is asked, and has `seconds` for it. Gone or stopped already is fine. */
  async stopMachine(id: string, seconds: number): Promise<void> {
    const path = `/containers/${this.names.container(id)}/stop`;
    await unlessGone(this.docker.post(path, undefined, { t: seconds }, (seconds + 30) * 1000));
  }

  /** Power off. Gone or stopped already is fine. */
  async kill(id: string): Promise<void> {
    await unlessGone(this.docker.post(`/containers/${this.names.container(id)}/kill`));
  }

  /** Follows Docker's events: a container that starts again gets its network again. Goes on until close() or destroy(). */
  watch(): void {
    const settle = (id: string) => void this.settle(id).catch((error: Error) => this.options.say(error.message));
    const to = {
      began: () => endpoints(this.world).forEach(({ id }) => settle(id)),
      started: settle,
      say: this.options.say,
    };
    void followStarts(this.docker, this.names.lab, to, this.watching.signal);
  }

  /** Ends what runs in this process: what is there stays, for the next one to go on with. */
  async close(): Promise<void> {
    this.watching.abort();
    await this.metadata.stop();
  }

  /** Removes everything of this lab, its disks' data too. */
  destroy(): Promise<void> {
    this.watching.abort();
    return this.locks.run("apply", async () => {
      this.world = EMPTY;
      await this.metadata.stop();
      const all = await this.containers.list();
      throwAll(await failuresOf(all.map((container) => this.containers.remove(container.Id))));
      await this.networks.destroy();
      await this.volumes.keep(new Set(), new Set());
      rmSync(this.options.folder, { recursive: true, force: true });
    });
  }

  private async settleNetwork(network: CloudNetwork): Promise<void> {
    const router = this.names.router(network.id);
    const inside = (end: Endpoint) => end.network === network.id;
    await this.networks.ensureRouter(network, endpoints(this.world).filter(inside));
    await this.metadata.ensure(network.id, router, this.world.machines.filter(inside));
  }

  /** Makes one machine or balancer what the world says now, if it says anything. */
  private settle(id: string): Promise<void> {
    return this.locks.run(id, async () => {
      const machine = this.world.machines.find((each) => each.id === id);
      const balancer = this.world.balancers.find((each) => each.id === id);
      try {
        if (machine) await this.settleMachine(machine);
        if (balancer) await this.settleBalancer(balancer);
      } catch (error) {
        throw new Error(`${machine ? "machine" : "balancer"} ${id}: ${(error as Error).message}`);
      }
    });
  }

  private async settleMachine(machine: Machine): Promise<void> {
    let container = await this.containers.adopt(machine.id, instanceOf(machine));
    if (!container && this.births.has(machine.id, instanceOf(machine))) return; // somebody removed it
    container ??= await this.containers.createMachine(machine);
    this.births.record(machine.id, instanceOf(machine));
    await this.containers.resize(container, machine);
    if (!container.State.Running) return;
    const disks = `${container.State.StartedAt} ${JSON.stringify(machine.volumes)}`;
    if (this.disks.get(machine.id) !== disks) await this.volumes.putInto(container.State.Pid, machine.volumes);
    this.disks.set(machine.id, disks);
    await this.plugIn(container, machine);
  }

  private async settleBalancer(balancer: Balancer): Promise<void> {
    const addresses = new Map(this.world.machines.map((machine) => [machine.id, machine.privateAddress]));
    const config = balancerConfig(balancer, (id) => addresses.get(id));
    const found = await this.containers.adopt(balancer.id, "");
    const container = found ?? (await this.containers.createBalancer(balancer, config));
    if (found && this.configs.get(found.Id) !== config) await this.containers.reconfigure(found, config);
    this.configs.set(container.Id, config);
    if (container.State.Running) await this.plugIn(container, balancer);
  }

  private async plugIn(container: Container, end: Endpoint): Promise<void> {
    await plug(this.names.router(end.network), container, end);
  }

  /** Containers first, then the networks that they were in. Gives what failed. */
  private async removeUnwanted(): Promise<string[]> {
    const wanted = new Set(endpoints(this.world).map(({ id }) => id));
    const found = await this.containers.list();
    const failures = await failuresOf(
      found.map(async (container) => {
        const id = container.Labels?.[LABELS.id] ?? "";
        if (!wanted.has(id)) await this.locks.run(id, () => this.containers.remove(container.Id));
        this.configs.delete(container.Id);
      }),
    );
    this.births.keep(wanted);
    const networks = new Set(this.world.networks.map(({ id }) => id));
    for (const id of this.networks.routers().filter((each) => !networks.has(each))) {
      await this.metadata.stop(id);
      await this.networks.removeRouter(id);
    }
    return failures;
  }
}

/** Does all of it, whatever fails; gives what each failure says. */
async function failuresOf(work: readonly Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(work);
  return results.flatMap((result) => (result.status === "rejected" ? [(result.reason as Error).message] : []));
}

function throwAll(failures: readonly string[]): void {
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    // 404: no such container; 409: it does not run.
    if (!(error instanceof DockerError) || ![404, 409].includes(error.status)) throw error;
  }
}
