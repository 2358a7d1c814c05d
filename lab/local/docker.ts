/**
 * The Docker Engine of this machine, by its HTTP API on the Unix socket: JSON requests and archive uploads, each with a
 * time limit, and errors of one line.
 */
import { readFileSync, statSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { userInfo } from "node:os";
import { tar, type TarFile } from "./tar";

/** Minor version of the API 1.x that this asks for: Docker 20.10's, Debian 12's. Newer engines may want a later one. */
const API_MINOR = 41;
const TIMEOUT_MS = 60_000;

/** Docker answered a request with an error, or (status 0) not in time. */
export class DockerError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = "DockerError";
  }
}

/** Query parameters; objects are sent as JSON, as Docker's filters want it. */
export type Query = Record<string, string | number | boolean | object>;

interface Options {
  query?: Query;
  body?: object;
  archive?: Buffer;
  timeoutMs?: number;
}

interface Version {
  MinAPIVersion?: string;
}

export class Docker {
  private minor = API_MINOR;

  constructor(private readonly socketPath: string = dockerSocket(process.env.DOCKER_HOST)) {}

  get<T>(path: string, query?: Query): Promise<T> {
    return this.send("GET", path, { query }).then((text) => JSON.parse(text) as T);
  }

  /** As `get`, but undefined where there is no such thing. */
  async find<T>(path: string, query?: Query): Promise<T | undefined> {
    try {
      return await this.get<T>(path, query);
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return undefined;
      throw error;
    }
  }

  async post<T>(path: string, body?: object, query?: Query, timeoutMs?: number): Promise<T> {
    const text = await this.send("POST", path, { body, query, timeoutMs });
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async delete(path: string, query?: Query, timeoutMs?: number): Promise<void> {
    await this.send("DELETE", path, { query, timeoutMs });
  }

  /** The engine's own version, whatever API it serves. */
  async version(timeoutMs?: number): Promise<string> {
    const text = await this.request("GET", "/version", { timeoutMs }, "");
    return (JSON.parse(text) as { Version: string }).Version;
  }

  /** Puts files into a container, running or not. */
  async upload(container: string, files: readonly TarFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.send("PUT", `/containers/${container}/archive`, { query: { path: "/" }, archive: tar(files) });
  }

  /** Last lines of what a container printed, for error texts. */
  async lastLogLines(container: string, lines: number): Promise<string> {
    const query = { stdout: true, stderr: true, tail: lines };
    const text = await this.send("GET", `/containers/${container}/logs`, { query }).catch(() => "");
    // Each chunk of the stream has 8 bytes before it that are not text: 1 or 2, three zeroes, and a length.
    return text.replace(/[\x01\x02]\x00{3}[^]{4}/g, "").trim();
  }

  /**
   * Follows an answer that has no end, e.g. /events: `onBegin` when it begins, `onLine` for each line. Ends well when `signal` says so; an
   * answer that ended by itself is an error, for Docker went away.
   */
  async follow(
    path: string,
    query: Query,
    onBegin: () => void,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.get("/version"); // settles the version that is spoken
    const target = `/v1.${this.minor}${path}${queryString(query)}`;
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const call = request({ socketPath: this.socketPath, agent: false, path: target, signal }, resolve);
        call.on("error", reject).end();
      });
      if (response.statusCode !== 200) throw new DockerError(`Docker answered ${response.statusCode} to ${path}`, 0);
      onBegin();
      let rest = "";
      for await (const chunk of response.setEncoding("utf8")) {
        const lines = `${rest}${chunk as string}`.split("\n");
        rest = lines.pop() ?? "";
        lines.forEach(onLine);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (!signal.aborted) throw new DockerError(`Docker ended its answer to ${path}`, 0);
  }

  /** An engine that no longer serves this version says so; then the oldest that it does serve is asked for. */
  private async send(method: string, path: string, options: Options): Promise<string> {
    try {
      return await this.request(method, path, options);
    } catch (error) {
      if (!(error instanceof DockerError && /client version \S+ is too old/.test(error.message))) throw error;
      const { MinAPIVersion: oldest = "" } = JSON.parse(await this.request("GET", "/version", {}, "")) as Version;
      const minor = Number(oldest.split(".")[1]);
      if (!(minor > this.minor)) throw error;
      this.minor = minor;
      return this.request(method, path, options);
    }
  }

  private request(method: string, path: string, options: Options, api = `/v1.${this.minor}`): Promise<string> {
    const { query = {}, body, archive, timeoutMs = TIMEOUT_MS } = options;
    const payload = archive ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    const headers = payload && {
      "content-type": archive ? "application/x-tar" : "application/json",
      "content-length": payload.length,
    };
    const what = `${method} ${path}`;
    return new Promise((resolve, reject) => {
      const call = request(
        {
          socketPath: this.socketPath,
          agent: false, // a connection kept open would be a broken one after Docker was restarted
          method,
          path: `${api}${path}${queryString(query)}`,
          headers,
          signal: AbortSignal.timeout(timeoutMs),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", (error) => reject(connectionError(error, this.socketPath, what, timeoutMs)));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const status = response.statusCode ?? 0;
            if (status < 400) resolve(text);
            else reject(new DockerError(errorText(text) || `Docker answered ${status} to ${what}`, status));
          });
        },
      );
      call.on("error", (error) => reject(connectionError(error, this.socketPath, what, timeoutMs)));
      call.end(payload);
    });
  }
}

/** The socket that a DOCKER_HOST value names; without one, Docker's default. */
export function dockerSocket(dockerHost: string | undefined): string {
  if (!dockerHost) return "/var/run/docker.sock";
  if (dockerHost.startsWith("unix://")) return dockerHost.slice("unix://".length);
  throw new Error(
    `Local nodes run on this machine's Docker: DOCKER_HOST is "${dockerHost}", it must begin with unix://`,
  );
}

function queryString(query: Query): string {
  const entries = Object.entries(query).map(([key, value]): [string, string] => [
    key,
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}

/** Docker's own message, on one line. */
function errorText(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    return (message ?? "").trim().replace(/\s*\n\s*/g, " ");
  } catch {
    return text.trim().replace(/\s*\n\s*/g, " ");
  }
}

/** In words, with the system's code where there is one. */
function connectionError(error: Error, socket: string, what: string, timeoutMs: number): Error {
  const { code } = error as NodeJS.ErrnoException;
  return Object.assign(inWords(error, code, socket, what, timeoutMs), { code });
}

function inWords(error: Error, code: string | undefined, socket: string, what: string, timeoutMs: number): Error {
  switch (code) {
    case "ENOENT":
      return new Error(`Docker's socket ${socket} is missing: install the Docker Engine, or start it`);
    case "ECONNREFUSED":
      return new Error(`nobody listens on Docker's socket ${socket}: start the Docker Engine`);
    case "EACCES":
      return new Error(permissionText(socket));
    case "ABORT_ERR":
      return new DockerError(`Docker did not answer ${what} within ${timeoutMs / 1000} s`, 0);
    default:
      return new Error(`Docker's answer to ${what} was lost: ${error.message}`);
  }
}

function permissionText(socket: string): string {
  const group = groupName(socket);
  const user = userInfo().username;
  return (
    `user ${user} may not use Docker's socket ${socket}: ` +
    `add the user to the group ${group} (usermod -aG ${group} ${user}), then log in again`
  );
}

/** Name of the group that owns the socket. */
function groupName(path: string): string {
  try {
    const gid = String(statSync(path).gid);
    const entry = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((line) => line.split(":")[2] === gid);
    return entry?.split(":")[0] ?? gid;
  } catch {
    return "docker";
  }
}
