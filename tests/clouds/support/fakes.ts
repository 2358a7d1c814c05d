/** A lab whose machines are names: what the daemon does, without what makes it real. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lab, type MachineState, type Realizer } from "../../../lab/clouds/lab";
import { labRoutes, serveRoutes } from "../../../lab/clouds/serve";
import { Store } from "../../../lab/clouds/store";
import type { DnsZone, World } from "../../../lab/clouds/world";

export class FakeRealizer implements Realizer {
  world?: World;
  readonly states = new Map<string, MachineState["state"]>();
  /** What was done to machines, e.g. "kill aws-web-1-0123abcd". */
  readonly done: string[] = [];
  /** Message of the error with which the next apply ends. */
  failure?: string;

  apply(world: World): Promise<void> {
    this.world = world;
    const wanted = new Set(world.machines.map(({ id }) => id));
    for (const id of this.states.keys()) if (!wanted.has(id)) this.states.delete(id);
    for (const id of wanted) if (!this.states.has(id)) this.states.set(id, "running");
    const { failure } = this;
    this.failure = undefined;
    return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
  }

  machines(): Promise<MachineState[]> {
    return Promise.resolve([...this.states].map(([id, state]) => ({ id, container: `container-${id}`, state })));
  }

  stopMachine(id: string, seconds: number): Promise<void> {
    return this.become(id, "stopped", `stop ${id} in ${seconds}`);
  }

  kill(id: string): Promise<void> {
    return this.become(id, "stopped", `kill ${id}`);
  }

  start(id: string): Promise<void> {
    return this.become(id, "running", `start ${id}`);
  }

  destroy(): Promise<void> {
    this.states.clear();
    return Promise.resolve();
  }

  private become(id: string, state: MachineState["state"], what: string): Promise<void> {
    this.done.push(what);
    if (this.states.has(id)) this.states.set(id, state);
    return Promise.resolve();
  }
}

export class FakeLab {
  readonly folder = mkdtempSync(join(tmpdir(), "storm-lab-"));
  readonly socket = join(this.folder, "lab.sock");
  readonly realizer = new FakeRealizer();
  zones: DnsZone[] = [];
  readonly said: string[] = [];
  /** The clock that groups go by, in milliseconds. */
  now = 0;
  lab = this.make();
  private readonly server = serveRoutes(
    // By name, so that a daemon that was started again answers on the same socket.
    Object.fromEntries(Object.keys(labRoutes(this.lab)).map((key) => [key, (body) => this.route(key, body)])),
    (line) => this.said.push(line),
  );

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(this.socket, resolve));
  }

  /** As after a SIGKILL: what is on disk is all that is known. */
  restart(): void {
    this.lab = this.make();
  }

  get store(): Store {
    return this.lab.parts.store;
  }

  /** `seconds` pass, with the daemon's look at each of them. */
  async wait(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.lab.tick();
    }
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private route(key: string, body: unknown): Promise<unknown> {
    return labRoutes(this.lab)[key]?.(body) ?? Promise.reject(new Error(`no ${key}`));
  }

  private make(): Lab {
    const internet = {
      apply: (zones: DnsZone[]) => Promise.resolve(void (this.zones = zones)),
      destroy: () => Promise.resolve(),
    };
    return new Lab({
      store: new Store(join(this.folder, "clouds")),
      realizer: this.realizer,
      internet,
      say: (line) => this.said.push(line),
      now: () => this.now,
    });
  }
}
