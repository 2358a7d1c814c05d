/** A stack in the lab's clouds, as `STORM_LAB=1 npm start` makes it: booted machines of three clouds on this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labCommand, labStatus } from "../../lab/clouds/client";
import type { Command as LabCommand } from "../../lab/clouds/commands";
import type { LabStatus } from "../../lab/clouds/status";
import { visitCommand } from "../../lab/clouds/visit";
import { labBackend } from "../../tools/backend";
import { type CommandResult, run } from "../../tools/command";
import { UserError } from "../../tools/errors";
import { eventually, notYet } from "../../tools/eventually";
import { labFolder, labName } from "../../tools/lab-clouds";
import { sources } from "../../tools/paths";
import { Visitors } from "./visitors";

const BOOTSTRAP = join(sources, "tools", "bootstrap.js");
/** Of commands on a machine and of visits, in seconds. */
const PATIENCE = 60;
/** Of commands that clear away. */
const NEVER = new AbortController().signal;

export interface NodeRow {
  name: string;
  role: string;
  address: string;
}

/** Nodes by name: whose logs the others follow. */
export interface Leaders {
  swarm: string;
  consul: string;
}

export class Rehearsal {
  /** For files of its own; gone when it ends. */
  readonly folder = mkdtempSync(join(tmpdir(), "storm-rehearsal-"));
  nodes: NodeRow[] = [];

  /** @param signal stops what runs, but for the commands that clear away. */
  constructor(
    readonly stack: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** A command of `storm`; never throws for an exit code. */
  storm(args: string[], seconds = 120, signal = this.signal): Promise<CommandResult> {
    signal?.throwIfAborted();
    return bounded(process.execPath, [BOOTSTRAP, ...args], seconds, { STORM_LAB: "1" }, signal);
  }

  /** `startFile` with a storm.yml of this text. */
  start(stormYml: string): Promise<CommandResult> {
    return this.startFile(this.written(stormYml));
  }

  /**
   * `npm start` with this storm.yml.
   * @throws UserError when the lab has other stacks: they would end with it
   */
  async startFile(file: string): Promise<CommandResult> {
    const [other] = await this.others();
    if (other !== undefined)
      throw new UserError(`the lab's clouds have a stack ${other} already, which would end with this rehearsal`, [
        `\`STORM_LAB=1 npm stop -- --stack ${other}\` takes it away.`,
      ]);
    const done = await this.storm(this.startArguments(file), 900);
    if (done.code === 0) this.nodes = (await this.outputs())["nodes"] as NodeRow[]; // stacks/outputs.ts wrote them
    return done;
  }

  /** Stacks in this checkout's lab that are not this one. */
  private async others(): Promise<string[]> {
    const stacks = await labBackend().stacks();
    return stacks.filter((name) => name !== this.stack);
  }

  /** Starts `npm start` and leaves it running, for those who kill it. */
  startInBackground(stormYml: string): ChildProcess {
    return spawn(process.execPath, [BOOTSTRAP, ...this.startArguments(this.written(stormYml))], {
      cwd: sources,
      env: { ...process.env, STORM_LAB: "1" },
      stdio: "ignore",
      detached: true,
    });
  }

  private startArguments(file: string): string[] {
    return ["start", "--stack", this.stack, "--file", file];
  }

  private written(stormYml: string): string {
    const file = join(this.folder, "storm.yml");
    writeFileSync(file, stormYml);
    return file;
  }

  pulumi(...args: string[]): Promise<CommandResult> {
    return this.storm(["pulumi", ...args, "--stack", this.stack], 600);
  }

  /** Makes anew what the clouds have lost. */
  refresh(): Promise<CommandResult> {
    return this.pulumi("up", "--refresh", "--yes", "--skip-preview", "--suppress-progress", "--suppress-outputs");
  }

  async outputs(): Promise<Record<string, unknown>> {
    const done = await this.pulumi("stack", "output", "--json");
    if (done.code !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  }

  /** `npm run lab -- ARGS`, as people have it; gives what it prints. */
  async labCommand(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.storm(["lab", ...args], 600);
    if (code !== 0) throw new Error(stderr || stdout);
    return stdout;
  }

  /** What a cloud's console does, or misfortune: `npm run lab`. */
  lab(command: LabCommand): Promise<string> {
    return labCommand(labFolder, command);
  }

  status(): Promise<LabStatus> {
    return labStatus(labFolder);
  }

  /** A command as somebody else on the internet. */
  async visit(program: string, ...args: string[]): Promise<CommandResult> {
    const visit = await visitCommand(labFolder, labName, [program, ...args]);
    return bounded(visit.program, visit.args, PATIENCE, visit.env);
  }

  /** People who ask for a page all the time, until they are told to stop; for two seconds they all got it. */
  async visitors(url: string): Promise<Visitors> {
    const visitors = Visitors.begin(await visitCommand(labFolder, labName, Visitors.command(url)));
    await eventually(30, "visitors with a page", () => {
      const { requests, failed, failures } = visitors.since(Date.now() - 2_000);
      return Promise.resolve(requests > 4 && failed === 0 ? true : notYet(failures));
    });
    return visitors;
  }

  /** Runs a shell command on a machine, as root. */
  async on(machine: string, command: string): Promise<CommandResult> {
    return bounded("docker", ["exec", (await this.machine(machine)).container, "sh", "-c", command], PATIENCE);
  }

  /** The machine of a node, as the lab has it. */
  async machine(node: string): Promise<LabStatus["machines"][number]> {
    const { machines } = await this.status();
    const found = machines.find(({ id, name }) => name === node || `-${id}`.includes(`-${node}-`));
    return found ?? notYet(`the lab has no machine ${node}`);
  }

  /** The site where a node is, in the plan's words. */
  async siteOf(node: string): Promise<string> {
    return (await this.machine(node)).site ?? notYet(`${node} is on no site`);
  }

  /** Name and state of every node in Swarm and in Consul, as a manager sees them. */
  async members(from: string): Promise<{ swarm: string[]; consul: string[] }> {
    const rows = ({ stdout }: CommandResult) => stdout.trim().split("\n").sort();
    const [swarm, consul] = await Promise.all([
      this.on(from, "docker node ls --format '{{.Hostname}} {{.Status}}'"),
      this.on(from, "consul members | tail -n +2 | awk '{print $1, $3}'"),
    ]);
    return { swarm: rows(swarm), consul: rows(consul) };
  }

  async leaders(from: string): Promise<Leaders> {
    const swarm = await this.on(from, "docker node ls --format '{{.Hostname}} {{.ManagerStatus}}'");
    const raft = await this.on(from, "consul operator raft list-peers -token-file /etc/storm/tokens/operator");
    return {
      swarm: /^(\S+) Leader$/m.exec(swarm.stdout)?.[1] ?? notYet(swarm),
      consul: /^(\S+) .* leader /m.exec(raft.stdout)?.[1] ?? notYet(raft),
    };
  }

  /** Node of the running task of a service that has one. */
  async nodeOf(service: string, from: string): Promise<string> {
    const filter = "--filter desired-state=running --format '{{.Node}}'";
    const { stdout } = await this.on(from, `docker service ps ${service} ${filter}`);
    return stdout.trim().split("\n")[0] || notYet(`${service} has no task`);
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

  /** Removes the stack; gives what of it is left in the clouds. */
  async stop(): Promise<{ stopped: CommandResult; left: string[] }> {
    const stopped = await this.storm(["stop", "--stack", this.stack], 300, NEVER);
    const { networks, machines, balancers, resources, lost } = await this.status();
    return { stopped, left: [...[...networks, ...machines, ...balancers].map(({ id }) => id), ...resources, ...lost] };
  }

  /** Ends the stack, if it is still there, and the lab with everything in it unless others have stacks there, whatever happened before. */
  async end(): Promise<void> {
    await this.storm(["stop", "--stack", this.stack], 300, NEVER);
    rmSync(this.folder, { recursive: true, force: true });
    if ((await this.others()).length > 0) return;
    const { code, stdout, stderr } = await this.storm(["lab", "stop"], 120, NEVER);
    if (code !== 0) throw new Error(stderr || stdout);
  }
}

function bounded(
  program: string,
  args: string[],
  seconds: number,
  env: Record<string, string> = {},
  interrupt?: AbortSignal,
): Promise<CommandResult> {
  return run(program, args, {
    interrupt,
    cwd: sources,
    env: { ...process.env, ...env },
    timeoutMs: seconds * 1000,
    allowFailure: true,
  });
}
