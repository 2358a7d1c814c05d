import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";

/** Where set-up puts what it builds, below the user's cache folder. */
const CACHE = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"), "storm");

/** The FerretDB that set-up built: STORM_FERRETDB, PATH, or the newest in the cache. Without one the tests cannot say anything, so they fail. */
export function findFerretdb(): string {
  const named = process.env["STORM_FERRETDB"];
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).map((folder) => path.join(folder, "ferretdb"));
  const found = (named === undefined ? [...onPath, ...cached(CACHE, 4)] : [named]).filter((file) =>
    fs.existsSync(file),
  );
  for (const file of found) if (spawnSync(file, ["--version"]).status === 0) return file;
  const broken = found.length > 0 ? ` (${found.join(", ")} does not run)` : "";
  throw new Error(
    `no FerretDB to test with${broken}: run "npm start" once, which builds it, or set STORM_FERRETDB to its path`,
  );
}

function cached(folder: string, depth: number): string[] {
  if (depth === 0 || !fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const here = entries
    .filter((entry) => entry.isFile() && entry.name === "ferretdb")
    .map((entry) => path.join(folder, entry.name));
  return [
    ...here,
    ...entries
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => cached(path.join(folder, entry.name), depth - 1)),
  ];
}

/** A FerretDB on a port of its own that can be stopped, frozen and started again with the same data. */
export class Ferretdb {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly binary: string,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async create(): Promise<Ferretdb> {
    return new Ferretdb(findFerretdb(), fs.mkdtempSync(path.join(os.tmpdir(), "storm-ferretdb-")), await freePort());
  }

  get url(): string {
    return `mongodb://127.0.0.1:${this.port}/guestbook`;
  }

  async start(): Promise<void> {
    this.process = spawn(this.binary, [], {
      stdio: "ignore",
      env: {
        FERRETDB_LISTEN_ADDR: `127.0.0.1:${this.port}`,
        FERRETDB_HANDLER: "sqlite",
        FERRETDB_SQLITE_URL: `file:${this.folder}/`,
        FERRETDB_STATE_DIR: this.folder,
        FERRETDB_TELEMETRY: "disable",
        FERRETDB_DEBUG_ADDR: "-",
      },
    });
    await until(() => connects(this.port), 10_000);
  }

  /** Stops it in its tracks; returns when no thread runs any more: the signal itself comes a moment later. */
  async freeze(): Promise<void> {
    const pid = this.process?.pid ?? 0;
    this.signal("SIGSTOP");
    await until(async () => {
      const tasks = fs.readdirSync(`/proc/${pid}/task`);
      return tasks.every((task) => /\) T /.test(fs.readFileSync(`/proc/${pid}/task/${task}/stat`, "utf8")));
    }, 3000);
  }

  signal(signal: NodeJS.Signals): void {
    this.process?.kill(signal);
  }

  async kill(): Promise<void> {
    const { process: running } = this;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Polls until `check` is true; throws after `milliseconds`. */
export async function until(check: () => Promise<boolean>, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`did not come true within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.end());
  });
}
