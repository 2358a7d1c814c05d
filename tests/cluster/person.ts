import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import * as path from "node:path";
import { type Done, run } from "./lab";

/** What `storm credentials issue --json` prints. */
export interface Issued {
  person: string;
  serial: string;
  expires: string;
  folder: string;
  dockerHost: string;
  vpnAddress?: string;
}

/** What a manager's proxy tells a person whose certificate was taken back. */
export const REVOKED = "this client certificate was revoked";

/** Whose cluster a person is let into. */
export interface Operator {
  stack: string;
  /** For bundles and homes. */
  folder: string;
  /** A command of `storm`, with its exit code. */
  storm: (args: string[], seconds?: number) => Promise<Done>;
}

/** A person's own machine, as far as the docker client goes: the bundle, and a HOME with nothing in it. */
export class Person {
  private readonly home: string;

  constructor(
    operator: Operator,
    readonly issued: Issued,
  ) {
    this.home = path.join(operator.folder, `home-${issued.serial}`);
    fs.mkdirSync(this.home);
  }

  static async issue(operator: Operator, person: string, ttl: string, ...more: string[]): Promise<Person> {
    const folder = path.join(operator.folder, `bundle-${person}`);
    const args = [
      "credentials",
      "issue",
      person,
      "--ttl",
      ttl,
      "--out",
      folder,
      "-s",
      operator.stack,
      "--json",
      ...more,
    ];
    const done = await operator.storm(args);
    if (done.code !== 0) throw new Error(done.stdout + done.stderr);
    return new Person(operator, JSON.parse(done.stdout) as Issued);
  }

  /** A shell's line after the bundle's env.sh, in an environment with nothing of ours. */
  sh(line: string, host?: string): Promise<Done> {
    return run("env", this.words(line, host), 60);
  }

  /** The same with standard input and output open, until somebody ends it. */
  start(line: string, host?: string): ChildProcess {
    return spawn("env", this.words(line, host), { stdio: ["pipe", "pipe", "pipe"] });
  }

  private words(line: string, host?: string): string[] {
    const other = host === undefined ? "" : `DOCKER_HOST=${host}; `;
    const script = `. ./env.sh; ${other}${line}`;
    const environment = ["-i", `PATH=${process.env.PATH ?? ""}`, `HOME=${this.home}`];
    return [...environment, "sh", "-c", `cd ${this.issued.folder} && ${script}`];
  }
}

/** A manager's own API at 127.0.0.1, which is in its certificate: the load balancer gives each connection to another one. */
export async function relayTo(address: string): Promise<{ host: string; close: () => void }> {
  const server: Server = createServer((near) => {
    const far = connect(2376, address);
    near.on("error", () => far.destroy()).on("close", () => far.destroy());
    far.on("error", () => near.destroy()).on("close", () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { host: `tcp://127.0.0.1:${port}`, close: () => void server.close() };
}
