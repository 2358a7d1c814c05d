import { execFile, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { eventually, notYet } from "../../tools/eventually";

const execFileAsync = promisify(execFile);
export { eventually, notYet };
export const root = path.resolve(__dirname, "..", "..");

/** Seconds in which a task that has just begun knows the names of its networks: Docker may wait 30 s for a reply that is lost (decision 31). */
export const NAMES_SECONDS = 40;

/** What a command did; never throws for an exit code. */
export interface Done {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, at most `seconds`. */
export async function run(program: string, args: string[], seconds = 120, env: NodeJS.ProcessEnv = {}): Promise<Done> {
  const options = { cwd: root, env: { ...process.env, ...env }, timeout: seconds * 1000, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await execFileAsync(program, args, options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : 1, stdout, stderr };
  }
}

export interface NodeInfo {
  name: string;
  role: string;
  address: string;
}

interface Members {
  swarm: string[];
  leaders: number;
  unreachable: number;
  consul: string[];
  errors: string;
}

/** A real cluster of local nodes, in a stack of its own. */
export class LabCluster {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-cluster-"));
  readonly ca = path.join(this.folder, "ca.pem");
  nodes: NodeInfo[] = [];
  url = "";
  clusterId = "";
  dockerHost = "";
  readonly dockerEnv: NodeJS.ProcessEnv = {};
  /** Secrets that scenarios gave to the cluster: name -> value. */
  readonly canaries: Record<string, string> = {};

  /** Ends what scenarios have open beside the cluster: `endGuests`, and the cluster's own end, run them once. */
  readonly guests: (() => unknown)[] = [];

  constructor(readonly stack: string) {}

  /** `npm start` with a storm.yml of this text. */
  async start(stormYml: string): Promise<Done> {
    fs.writeFileSync(this.file, stormYml);
    const done = await this.storm(["start", "--stack", this.stack, "--file", this.file], 600);
    if (done.code === 0) await this.readOutputs();
    return done;
  }

  /** The storm.yml that a start in the background deploys. */
  readonly file = path.join(this.folder, "storm.yml");

  /** Starts `npm start` and leaves it running, for those who kill it. */
  startInBackground(stormYml: string) {
    fs.writeFileSync(this.file, stormYml);
    const args = [path.join(root, "tools", "bootstrap.js"), "start", "--stack", this.stack, "--file", this.file];
    return spawn(process.execPath, args, { cwd: root, stdio: "ignore", detached: true });
  }

  /** A secret to look for later, where it must not be. */
  canary(name: string): string {
    return (this.canaries[name] ??= `canary-${crypto.randomBytes(16).toString("hex")}`);
  }

  storm(args: string[], seconds = 300): Promise<Done> {
    return run(process.execPath, [path.join(root, "tools", "bootstrap.js"), ...args], seconds);
  }

  pulumi(...args: string[]): Promise<Done> {
    return this.storm(["pulumi", ...args, "--stack", this.stack], 400);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const done = await this.pulumi("stack", "output", "--json", "--show-secrets");
    if (done.code !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  }

  /** What the stack hands out now. */
  async readOutputs(): Promise<void> {
    const outputs = await this.outputs();
    fs.writeFileSync(this.ca, String(outputs.caCertificate));
    this.nodes = outputs.nodes as NodeInfo[];
    this.url = String(outputs.url);
    this.clusterId = String(outputs.clusterId);
    this.dockerHost = String(outputs.dockerHost);
    const certs = path.join(this.folder, "docker");
    fs.mkdirSync(certs, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(certs, "ca.pem"), String(outputs.caCertificate));
    fs.writeFileSync(path.join(certs, "cert.pem"), String(outputs.clientCertificate));
    fs.writeFileSync(path.join(certs, "key.pem"), String(outputs.clientKey), { mode: 0o600 });
    Object.assign(this.dockerEnv, { DOCKER_HOST: this.dockerHost, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certs });
  }

  /** Name of a node's container on this machine. */
  container(node: string): string {
    return `storm-${this.stack}-${this.clusterId}-${node}`;
  }

  /** Runs a shell command on a node, as root. */
  on(node: string, command: string, seconds = 60): Promise<Done> {
    return run("docker", ["exec", this.container(node), "sh", "-c", command], seconds);
  }

  /** The cluster's own Docker API, as a user has it. */
  docker(...args: string[]): Promise<Done> {
    return run("docker", args, 60, this.dockerEnv);
  }

  /** Fetches a page with the cluster's authority: status ("000" for no answer), body and seconds. */
  async fetch(address: string, seconds = 10, more: string[] = []) {
    const args = [
      "-s",
      "--cacert",
      this.ca,
      "-m",
      String(seconds),
      "-w",
      "\n%{http_code} %{time_total}",
      ...more,
      address,
    ];
    const { stdout } = await run("curl", args, seconds + 5);
    const at = stdout.lastIndexOf("\n");
    const [status = "000", time = "0"] = stdout.slice(at + 1).split(" ");
    return { status, seconds: Number(time), body: stdout.slice(0, Math.max(at, 0)) };
  }

  post(text: string) {
    const body = JSON.stringify({ name: "test", text });
    return this.fetch(`${this.url}/api/entries`, 10, ["-H", "content-type: application/json", "-d", body]);
  }

  /** Texts of the guestbook's entries; waits until the store answers. */
  entries(seconds: number): Promise<string[]> {
    return eventually(seconds, "the guestbook's entries", async () => {
      const { status, body } = await this.fetch(`${this.url}/api/entries`, 5);
      if (status !== "200") notYet(`${status} ${body.slice(0, 200)}`);
      return (JSON.parse(body) as { entries: { text: string }[] }).entries.map((entry) => entry.text);
    });
  }

  /** Waits until every manager sees the whole cluster and nothing else, and every node's ingress answers. Milliseconds. */
  whole(seconds: number): Promise<number> {
    const began = Date.now();
    const managers = this.managers();
    return eventually(seconds, "the whole cluster", async () => {
      for (const name of managers) {
        const seen = await this.members(name);
        if (JSON.stringify(seen) !== JSON.stringify(this.wantedMembers())) notYet({ [name]: seen });
      }
      for (const node of this.nodes) {
        const host = new URL(this.url).hostname;
        const more = ["--resolve", `${host}:443:${node.address}`];
        const { status } = await this.fetch(`https://${host}/`, 5, more);
        if (status !== "200") notYet(`ingress of ${node.name}: ${status}`);
      }
      return Date.now() - began;
    });
  }

  managers(): string[] {
    return this.nodes.filter((node) => node.role === "manager").map((node) => node.name);
  }

  /** What Swarm and Consul list, seen from a manager: entries of nodes that are down or have left are in it. */
  private async members(from: string): Promise<Members> {
    const format = "{{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}}";
    const [swarm, consul] = await Promise.all([
      this.on(from, `docker node ls --format '${format}'`),
      this.on(from, "consul members"),
    ]);
    const rows = ({ stdout }: Done) => stdout.split("\n").map((line) => line.trim().split(/\s+/));
    return {
      swarm: rows(swarm)
        .filter(([name]) => name)
        .map(([name, status, availability, managing]) => [name, status, availability, managing ? "manager" : "worker"])
        .map((row) => row.join(" "))
        .sort(),
      leaders: swarm.stdout.match(/ Leader$/gm)?.length ?? 0,
      unreachable: swarm.stdout.match(/ Unreachable$/gm)?.length ?? 0,
      // Under its heading: name, address, status, type.
      consul: rows(consul)
        .slice(1)
        .filter(([name]) => name)
        .map(([name, , status, type]) => `${name} ${status} ${type}`)
        .sort(),
      errors: swarm.stderr + consul.stderr,
    };
  }

  private wantedMembers(): Members {
    return {
      swarm: this.nodes.map(({ name, role }) => `${name} Ready Active ${role === "manager" ? role : "worker"}`).sort(),
      leaders: 1,
      unreachable: 0,
      consul: this.nodes.map(({ name, role }) => `${name} alive ${role === "manager" ? "server" : "client"}`).sort(),
      errors: "",
    };
  }

  async endGuests(): Promise<void> {
    for (const end of this.guests.splice(0)) await end();
  }

  /** Removes everything, whatever happened before. */
  async stop(): Promise<Done> {
    await this.endGuests();
    const done = await this.storm(["stop", "--stack", this.stack], 300);
    fs.rmSync(this.folder, { recursive: true, force: true });
    return done;
  }
}
