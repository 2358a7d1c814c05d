/**
 * The lab's internet: DNS, ACME, clouds' DNS APIs and registries under their real names, in the namespace of the lab's core. Nodes use
 * the names that they use in production; here these lead to this machine.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../tools/errors";
import { readIfThere } from "../../../tools/files";
import { cacheFolder } from "../../../tools/paths";
import { end, identify, isAlive, type ProcessId, sleep } from "../../../tools/processes";
import { tsxProgram } from "../../../tools/tsx-program";
import { buildGoModule } from "../../binaries/build";
import { shortHash } from "../../binaries/checksums";
import { recipes } from "../../binaries/recipes";
import { ensureImageCache } from "../../image/image-cache";
import { Locks } from "../../local/lock";
import { type DnsZone, INTERNET } from "../world";
import { ensureCa } from "./ca";
import { type Credentials, ensureCredentials } from "./credentials";
import { FILES, type Settings, SharedFile, type Status } from "./folder";
import { configurePebble } from "./pebble";
import { planRegistries, removeRegistries, startRegistries } from "./registries";

const READY_MS = 60_000;
const END_MS = 5_000;
const WATCH_MS = 5_000;
/** Time for a daemon that died to be started again. */
const GRACE_SECONDS = 600;

export interface InternetOptions {
  /** Name of the lab: in names of containers. */
  lab: string;
  /** Absolute; made with access for the owner alone. The authority's key and credentials are in it. */
  folder: string;
  /** Told what takes long. */
  say: (line: string) => void;
  /** Path of the core's network namespace, e.g. /run/netns/NAME; it has INTERNET.dns, INTERNET.services and loopback. Default: the process's own. */
  namespace?: string;
  /** For tests. Default: INTERNET's addresses with the services' usual ports. */
  listen?: Pick<Settings, "dns" | "services"> & { pebble: Omit<Settings["pebble"], "program"> };
  /** For tests: seconds until everything ends without a daemon. Default: 600. */
  graceSeconds?: number;
}

const USUAL: Required<InternetOptions>["listen"] = {
  dns: { address: INTERNET.dns, port: 53 },
  services: { address: INTERNET.services, port: 443 },
  pebble: { port: 14_000, management: 15_000 },
};

export class Internet {
  private readonly folder: string;
  private readonly locks = new Locks();
  private settings?: Settings;
  private watch?: NodeJS.Timeout;

  constructor(private readonly options: InternetOptions) {
    this.folder = options.folder;
  }

  /** PEM of the lab's authority, for the system store of the lab's machines and visitors. Made when there is none. */
  async caPem(): Promise<string> {
    return (await ensureCa(this.folder)).certificate;
  }

  /** By `dns.provider`: what stack config `storm:acme` has to hold in this lab. Secret. */
  credentials(): Credentials {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    return ensureCredentials(this.folder);
  }

  /** PEM of the root that signs the lab's ACME certificates; another one after Pebble was started anew. @throws Error before the first apply. */
  rootsPem(): string {
    const roots = readIfThere(join(this.folder, FILES.roots));
    if (roots === undefined) throw new Error("the lab's ACME authority was never started");
    return roots;
  }

  /** Answers with these zones from now on. Starts what does not run, and takes over what an earlier daemon left. */
  apply(zones: DnsZone[]): Promise<void> {
    return this.inTurn(async () => {
      this.settings ??= await this.prepare();
      this.file<DnsZone[]>(FILES.zones, []).write(zones);
      await this.keep(this.settings);
      this.watch ??= setInterval(() => void this.look(), WATCH_MS).unref();
    });
  }

  /** Ends all of it, also what another process started. Authority and credentials stay: machine images know them. */
  destroy(): Promise<void> {
    return this.inTurn(async () => {
      this.forget();
      // Without it no daemon starts the server again.
      rmSync(join(this.folder, FILES.settings), { force: true });
      const server = this.file<ProcessId | undefined>(FILES.server, undefined).read();
      if (server !== undefined) await end([server], "SIGTERM", END_MS);
      await removeRegistries(this.options.lab);
      for (const name of ["owner", "server", "status", "zones", "roots"] as const) {
        rmSync(join(this.folder, FILES[name]), { force: true });
      }
      rmSync(join(this.folder, "registry"), { recursive: true, force: true });
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    return this.locks.run("server", work);
  }

  private look(): Promise<void> {
    return this.inTurn(async () => {
      const { settings } = this;
      if (settings === undefined) return;
      const current = this.file<Settings | undefined>(FILES.settings, undefined).read();
      // Destroyed by somebody else, or another daemon's by now.
      if (current?.fingerprint !== settings.fingerprint) this.forget();
      else await this.keep(settings);
    }).catch((error) => this.options.say(messageOf(error)));
  }

  private forget(): void {
    clearInterval(this.watch);
    this.watch = this.settings = undefined;
  }

  /** All that has to be there before the server can run. */
  private async prepare(): Promise<Settings> {
    const { lab, say, namespace, listen = USUAL, graceSeconds = GRACE_SECONDS } = this.options;
    const ca = await ensureCa(this.folder);
    this.credentials();
    const cacheDir = cacheFolder();
    const program = await buildGoModule(recipes.pebble, cacheDir, say);
    const cache = await ensureImageCache({ cacheDir, report: say });
    await startRegistries(this.folder, lab, cache);
    const { registries } = planRegistries(lab, cache);
    const settings = { lab, ...listen, pebble: { ...listen.pebble, program }, registries, graceSeconds };
    // A namespace that was made anew has the same name, and nothing of the old one in it.
    const place = namespace === undefined ? "own" : String(statSync(namespace).ino);
    const fingerprint = shortHash(JSON.stringify(settings), place, ...sources());
    if (this.file<Settings | undefined>(FILES.settings, undefined).read()?.fingerprint !== fingerprint) {
      await configurePebble(this.folder, ca, settings.pebble);
    }
    return { ...settings, fingerprint };
  }

  /** Makes sure that a server with these settings runs and knows us. */
  private async keep(settings: Settings): Promise<void> {
    this.file<ProcessId | undefined>(FILES.owner, undefined).write(identify(process.pid));
    let child = this.runs(settings) ? undefined : this.start(settings);
    for (const deadline = Date.now() + READY_MS; !this.serves(settings); await sleep(50)) {
      if (Date.now() > deadline) {
        throw new Error(`the lab's internet was not ready within ${READY_MS / 1000} s: ${this.lastWords()}`);
      }
      if (child !== undefined && (child.exitCode ?? child.signalCode) !== null) {
        throw new Error(`the lab's internet ended: ${this.lastWords()}`);
      }
      if (child === undefined && !this.runs(settings)) child = this.start(settings);
    }
  }

  private start(settings: Settings): ChildProcess {
    this.file<Settings | undefined>(FILES.settings, undefined).write(settings);
    rmSync(join(this.folder, FILES.status), { force: true });
    const { namespace } = this.options;
    const command = tsxProgram(join(__dirname, "server.ts"), this.folder);
    const [program = "", ...args] = namespace === undefined ? command : ["nsenter", `--net=${namespace}`, ...command];
    const log = openSync(join(this.folder, FILES.log), "w", 0o600);
    const child = spawn(program, args, { detached: true, stdio: ["ignore", log, log], cwd: "/" });
    closeSync(log);
    child.unref();
    return child;
  }

  /** What went wrong, as far as it is known. */
  private lastWords(): string {
    const log = readIfThere(join(this.folder, FILES.log)) ?? "";
    return this.status()?.state ?? (log.trim().split("\n").at(-1) || "it said nothing");
  }

  private runs({ fingerprint }: Settings): boolean {
    const status = this.status();
    return status?.fingerprint === fingerprint && isAlive(status.server);
  }

  private serves(settings: Settings): boolean {
    return this.runs(settings) && this.status()?.state === "ready";
  }

  private status(): Status | undefined {
    return this.file<Status | undefined>(FILES.status, undefined).read();
  }

  private file<T>(name: string, empty: T): SharedFile<T> {
    return new SharedFile(join(this.folder, name), empty);
  }
}

/** Newer code is not served by an older server. */
function sources(): string[] {
  const files = readdirSync(__dirname).filter((name) => name.endsWith(".ts"));
  return files.sort().map((name) => readFileSync(join(__dirname, name), "utf8"));
}
