/** A network namespace like the lab's core, with the lab's internet in it, and programs run there as on a node. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Internet, type InternetOptions } from "../../lab/clouds/internet/internet";
import { INTERNET } from "../../lab/clouds/world";
import { type CommandResult, run } from "../../tools/command";
import { until } from "../acme/parts";

export class InternetLab {
  readonly folder = mkdtempSync(join(tmpdir(), "storm-internet-"));
  readonly options: InternetOptions;
  readonly internet: Internet;

  private constructor(
    private readonly namespace: string,
    private readonly holder?: ChildProcess,
  ) {
    this.options = {
      lab: `test-${process.pid}`,
      folder: join(this.folder, "internet"),
      say: (line) => void process.stdout.write(`${line}\n`),
      namespace,
    };
    this.internet = new Internet(this.options);
  }

  /** `namespace`: of a container without a network. Default: a new one. */
  static async start(namespace?: string): Promise<InternetLab> {
    const holder = namespace === undefined ? spawn("unshare", ["--net", "sleep", "infinity"]) : undefined;
    const path = namespace ?? `/proc/${holder?.pid}/ns/net`;
    await until(async () => expect(readlinkSync(path)).not.toBe(readlinkSync("/proc/self/ns/net")), "the namespace");
    const lab = new InternetLab(path, holder);
    const ip = (...args: string[]) => run("nsenter", [`--net=${path}`, "ip", ...args]);
    await ip("link", "set", "lo", "up");
    for (const address of [INTERNET.dns, INTERNET.services]) await ip("address", "add", `${address}/32`, "dev", "lo");
    writeFileSync(join(lab.folder, "resolv.conf"), `nameserver ${INTERNET.dns}\n`);
    writeFileSync(join(lab.folder, "ca.crt"), await lab.internet.caPem());
    mkdirSync(join(lab.folder, "home"));
    return lab;
  }

  async stop(): Promise<void> {
    await this.internet.destroy();
    this.holder?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A program in the namespace that asks the lab's DNS and believes the lab's authority. */
  run(program: string, args: string[], environment: Record<string, string> = {}): Promise<CommandResult> {
    const script = 'mount --bind "$1" /etc/resolv.conf; shift; exec "$@"';
    const shell = ["sh", "-ec", script, "sh", join(this.folder, "resolv.conf"), program, ...args];
    const ca = join(this.folder, "ca.crt");
    const own = { SSL_CERT_FILE: ca, CURL_CA_BUNDLE: ca, HOME: join(this.folder, "home"), PATH: process.env.PATH };
    const env = { ...own, ...environment };
    return run("nsenter", [`--net=${this.namespace}`, "unshare", "--mount", ...shell], { env, allowFailure: true });
  }

  /** What a resolver finds: values, or its error's code. */
  async ask(name: string, type = "A"): Promise<string> {
    const ask = `require("node:dns").resolve(${JSON.stringify(name)}, "${type}", (e, r) => console.log(e ? e.code : r.flat().sort().join()))`;
    return (await this.run(process.execPath, ["-e", ask])).stdout.trim();
  }
}
