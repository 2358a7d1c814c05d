/** Keeps a metadata service running in each router's namespace. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tsxProgram } from "../../../tools/tsx-program";
import type { Machine } from "../world";
import { entering } from "./host";
import type { MachineMetadata } from "./metadata-answers";
import { userDataBytes } from "./user-data";

/** Until a service listens. */
const READY_MS = 30_000;
/** Between the end of a service and its next start. */
const PAUSE_MS = 500;

export class MetadataServices {
  /** Network -> its service now. */
  private readonly children = new Map<string, ChildProcess>();

  /** `folder` gets a file per network with its machines' user-data, so it is made for its owner alone. */
  constructor(
    private readonly folder: string,
    private readonly say: (line: string) => void,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Tells a network's service its machines, and starts it if none runs. A user's own machines have none. */
  async ensure(network: string, namespace: string, machines: readonly Machine[]): Promise<void> {
    const known = machines.flatMap(metadataOf);
    if (machines.length > 0 && known.length === 0) return;
    const file = this.file(network);
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(known)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    if (!this.children.has(network)) await this.start(network, namespace);
  }

  /** Ends the service of a network; of all without one. */
  async stop(network?: string): Promise<void> {
    const names = network === undefined ? [...this.children.keys()] : [network];
    await Promise.all(
      names.map(async (name) => {
        const child = this.children.get(name);
        this.children.delete(name);
        if (child && child.exitCode === null && child.signalCode === null) {
          const ended = new Promise((done) => child.once("exit", done));
          child.kill("SIGKILL");
          await ended;
        }
        rmSync(this.file(name), { force: true });
      }),
    );
  }

  private file(network: string): string {
    return join(this.folder, `${network}.json`);
  }

  private async start(network: string, namespace: string): Promise<void> {
    const program = tsxProgram(join(__dirname, "metadata-service.ts"), this.file(network));
    const [command = "", ...args] = [...entering({ namespace }), ...program];
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env.PATH } });
    this.children.set(network, child);
    let last = "";
    child.stderr.on("data", (data: Buffer) => (last = `${last}${data.toString()}`.slice(-500)));
    child.once("exit", (code, signal) => {
      if (this.children.get(network) !== child) return; // it was to end
      this.say(
        `the metadata service of ${network} ended (${signal ?? code}): ${last.trim() || "it printed nothing"}; starting it again`,
      );
      sleep(PAUSE_MS)
        .then(() => (this.children.get(network) === child ? this.start(network, namespace) : undefined))
        .catch((error: Error) => this.say(`metadata service of ${network}: ${error.message}`));
    });
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`the metadata service of ${network} did not listen within ${READY_MS / 1000} s: ${last}`));
        child.kill("SIGKILL"); // and is started again
      }, READY_MS);
      child.stdout.once("data", () => (clearTimeout(late), resolve()));
      child.once("error", (error) => (clearTimeout(late), reject(error)));
      child.once("exit", () => (clearTimeout(late), resolve())); // it is started again, and said so
    });
  }
}

/** Its address and what is told to it. */
function metadataOf(machine: Machine): [string, MachineMetadata][] {
  const { cloud, name, privateAddress, publicAddress, metaData } = machine;
  if (cloud === undefined) return [];
  const userData = userDataBytes(machine.userData).toString("base64");
  return [[privateAddress, { cloud, name, privateAddress, publicAddress, userData, metaData }]];
}
