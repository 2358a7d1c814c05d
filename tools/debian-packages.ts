import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command";
import { UserError, messageOf } from "./errors";
import { findOnPath } from "./find-on-path";
import { storm } from "./paths";
import { sleep } from "./processes";
import type { Say } from "./steps";

/** A program or file that set-up needs from the system, and the Debian package that has it. */
export interface Need {
  package: string;
  /** Found on PATH or in the system's folders... */
  program?: string;
  /** ...or any of these files is there. */
  files?: string[];
  why: string;
}

export const needs = {
  docker: { package: "docker.io", program: "dockerd", why: "the container engine that the nodes run on" },
  dockerClient: { package: "docker-cli", program: "docker", why: "talks to the container engine" },
  iptables: { package: "iptables", program: "iptables", why: "the container engine's networks" },
  debootstrap: { package: "debootstrap", program: "debootstrap", why: "makes the nodes' root file system" },
  localhostNames: {
    package: "libnss-myhostname",
    files: ["x86_64", "aarch64"].map((arch) => `/lib/${arch}-linux-gnu/libnss_myhostname.so.2`),
    why: "lets every program resolve *.localhost",
  },
  ssh: { package: "openssh-client", program: "ssh-keygen", why: "the tests make keys" },
  openssl: { package: "openssl", program: "openssl", why: "the tests look at certificates with other eyes" },
  python: { package: "python3", program: "python3", why: "the tests run the nodes' daemons" },
  sshd: { package: "openssh-server", program: "sshd", why: "the tests connect to a server of their own" },
  lego: { package: "lego", program: "lego", why: "the tests get certificates with it as managers do" },
  shellcheck: { package: "shellcheck", program: "shellcheck", why: "the tests check the nodes' scripts" },
} satisfies Record<string, Need>;

export function isMissing(need: Need): boolean {
  if (need.program !== undefined && findOnPath(need.program) !== undefined) return false;
  return !(need.files ?? []).some((file) => existsSync(file));
}

/** True where this process may install Debian packages. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && findOnPath("apt-get") !== undefined;
}

/** One apt at a time in this process; of other processes each waits by itself. */
let queue: Promise<unknown> = Promise.resolve();

/** Installs what is missing, and says so before it does; throws with the exact command where it may not. */
export function ensurePackages(wanted: readonly Need[], say: Say): Promise<string[]> {
  const turn = queue.then(() => install(wanted.filter(isMissing), say));
  queue = turn.catch(() => undefined);
  return turn;
}

async function install(missing: readonly Need[], say: Say): Promise<string[]> {
  if (missing.length === 0) return [];
  const names = missing.map((need) => need.package);
  if (!canInstall()) throw cannotInstall(missing);
  say(`Storm needs to install: ${names.join(", ")} (Debian packages)`);
  for (const need of missing) say(`  ${need.package}: ${need.why}`);
  await apt(["update"]);
  await apt(["install", "--no-install-recommends", ...names]);
  return names;
}

/** Another apt (unattended-upgrades, a second set-up) may hold a lock for a while; `update` does not wait by itself. */
async function apt(args: readonly string[]): Promise<void> {
  const log = join(storm.logs, "apt.log");
  const options = ["-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (let tries = 60; ; tries--) {
    try {
      await run("apt-get", [...options, ...args], { env, log });
      return;
    } catch (error) {
      if (tries === 0 || !/Could not get lock|Unable to lock/.test(messageOf(error))) throw error;
      await sleep(5000);
    }
  }
}

function cannotInstall(missing: readonly Need[]): UserError {
  const names = missing.map((need) => need.package);
  const reasons = missing.map((need) => `${need.package}: ${need.why}`);
  const command =
    findOnPath("apt-get") === undefined
      ? "This system has no apt-get. Install the equivalents of these Debian packages, then run the command again."
      : `Run \`sudo apt-get install ${names.join(" ")}\`, then run the command again.`;
  return new UserError(`missing: ${names.join(", ")}`, [command, ...reasons]);
}
