/**
 * The folder in which the lab's internet lives, the owner's alone. Daemon and server share JSON files there, each with one writer; files
 * appear whole, and a reader looks at each use whether there is a new one. So what was written is in force at the next question.
 */
import { readFileSync, statSync } from "node:fs";
import type { ProcessId } from "../../../tools/processes";
import { writeAtomically } from "../../../tools/files";

/** Names of the files. The server runs in the folder: so names of sockets stay short, whatever the folder's own. */
export const FILES = {
  caCertificate: "ca.crt",
  caKey: "ca.key",
  credentials: "credentials.json",
  settings: "settings.json",
  zones: "zones.json",
  owner: "owner.json",
  server: "server.json",
  status: "status.json",
  pebble: "pebble.json",
  pebbleCertificate: "pebble.crt",
  pebbleKey: "pebble.key",
  roots: "roots.pem",
  log: "server.log",
} as const;

/** Address and port to listen on. */
export interface Listen {
  address: string;
  port: number;
}

/** What the server is told. Writer: the daemon. */
export interface Settings {
  lab: string;
  dns: Listen;
  services: Listen;
  /** Of Pebble: its program, and ports of 127.0.0.1. */
  pebble: { program: string; port: number; management: number };
  registries: Registry[];
  /** After so long without a daemon everything ends. */
  graceSeconds: number;
  /** Of this text and of the code, so that a newer checkout's server takes over. */
  fingerprint: string;
}

/** Where the images of a registry are. */
export interface Registry {
  /** Its real name. */
  host: string;
  /** Unix socket of an image cache, relative to the folder. */
  socket: string;
  /** In front of its repositories' names there, e.g. "ghcr.io/". */
  prefix: string;
}

/** Writer: the server. */
export interface Status {
  server: ProcessId;
  fingerprint: string;
  /** "ready", or what it waits for. */
  state: string;
}

/** A file that somebody else may replace at any moment. */
export class SharedFile<T> {
  private seen = "";
  private value: T;

  constructor(
    private readonly path: string,
    private readonly empty: T,
  ) {
    this.value = empty;
  }

  /** The same object as before while the file is the same. */
  read(): T {
    const stat = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    const mark = stat === undefined ? "" : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
    if (mark !== this.seen) {
      this.value = stat === undefined ? this.empty : (JSON.parse(readFileSync(this.path, "utf8")) as T); // written by write()
      this.seen = mark;
    }
    return this.value;
  }

  write(value: T): void {
    writeAtomically(this.path, JSON.stringify(value, undefined, 1), 0o600);
  }
}
