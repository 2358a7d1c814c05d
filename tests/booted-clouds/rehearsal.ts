/** A stack in the lab's clouds, as `STORM_LAB=1 npm start` makes it: booted machines of three clouds on this one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabStatus } from "../../lab/clouds/status";
import { type Done, eventually, notYet, root, run } from "../cluster/lab";

const BOOTSTRAP = join(root, "tools", "bootstrap.js");

export interface NodeRow {
  name: string;
  role: string;
  address: string;
}

export class Rehearsal {
  private readonly folder = mkdtempSync(join(tmpdir(), "storm-rehearsal-"));
  nodes: NodeRow[] = [];

  constructor(readonly stack: string) {}

  storm(args: string[], seconds = 120): Promise<Done> {
    return run(process.execPath, [BOOTSTRAP, ...args], seconds, { STORM_LAB: "1" });
  }

  /** `npm start` with a storm.yml of this text. */
  async start(stormYml: string): Promise<Done> {
    const file = join(this.folder, "storm.yml");
    writeFileSync(file, stormYml);
    const done = await this.storm(["start", "--stack", this.stack, "--file", file], 900);
    if (done.code === 0) this.nodes = (await this.outputs())["nodes"] as NodeRow[]; // stacks/outputs.ts wrote them
    return done;
  }

  pulumi(...args: string[]): Promise<Done> {
    return this.storm(["pulumi", ...args, "--stack", this.stack], 600);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const done = await this.pulumi("stack", "output", "--json");
    if (done.code !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  }

  /** `npm run lab -- ARGS`. */
  async lab(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.storm(["lab", ...args], 600);
    if (code !== 0) throw new Error(stderr || stdout);
    return stdout;
  }

  async status(): Promise<LabStatus> {
    return JSON.parse(await this.lab("status", "--json")) as LabStatus;
  }

  /** A shell command as somebody else on the internet. */
  visit(command: string): Promise<Done> {
    return this.storm(["lab", "visit", "sh", "-c", command]);
  }

  /** Runs a shell command on a machine, as root. */
  async on(machine: string, command: string): Promise<Done> {
    const { machines } = await this.status();
    const found = machines.find(({ id, name }) => name === machine || `-${id}`.includes(`-${machine}-`));
    if (found === undefined) throw new Error(`the lab has no machine ${machine}`);
    return run("docker", ["exec", found.container, "sh", "-c", command], 60);
  }

  /** Name and state of every node in Swarm and in Consul, as a manager sees them. */
  async members(from: string): Promise<{ swarm: string[]; consul: string[] }> {
    const swarm = await this.on(from, "docker node ls --format '{{.Hostname}} {{.Status}}'");
    const consul = await this.on(from, "consul members | tail -n +2 | awk '{print $1, $3}'");
    const rows = ({ stdout }: Done) => stdout.trim().split("\n").sort();
    return { swarm: rows(swarm), consul: rows(consul) };
  }

  /** Waits until a manager sees just these nodes, all of them up. */
  async whole(from: string, names: readonly string[], seconds: number): Promise<void> {
    const wanted = {
      swarm: names.map((name) => `${name} Ready`).sort(),
      consul: names.map((name) => `${name} alive`).sort(),
    };
    await eventually(seconds, "every node in Swarm and Consul", async () => {
      const seen = await this.members(from);
      return JSON.stringify(seen) === JSON.stringify(wanted) ? true : notYet(seen);
    });
  }

  /** `npm stop`, and what the clouds have after it. */
  async destroy(): Promise<{ stopped: Done; left: string[] }> {
    const stopped = await this.storm(["stop", "--stack", this.stack], 600);
    const { networks, machines, balancers, resources } = await this.status();
    const left = [...networks, ...machines, ...balancers].map(({ id }) => id);
    if (resources > 0) left.push(`${resources} resources`);
    return { stopped, left };
  }

  /** Ends the lab; gives what of it is on this machine after that: containers, namespaces, routes. */
  async end(): Promise<string[]> {
    await this.lab("stop");
    rmSync(this.folder, { recursive: true, force: true });
    const containers = await run("docker", ["ps", "-aq", "--filter", "label=storm.lab"]);
    const namespaces = await run("ip", ["netns", "list"]);
    const routes = await run("ip", ["route", "show", "198.18.0.0/15"]);
    const lines = ({ stdout }: Done) => stdout.split("\n").filter((line) => line !== "");
    return [
      ...lines(containers),
      ...lines(namespaces).filter((line) => line.startsWith("storm-lab")),
      ...lines(routes),
    ];
  }
}
