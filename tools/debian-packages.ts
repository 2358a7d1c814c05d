import { join } from "node:path";
import { UserError, messageOf } from "./errors";
import { type Machine, thisMachine } from "./machine";
import { storm } from "./paths";
import { sleep } from "./processes";
import type { Say } from "./steps";

/** A program or file that set-up needs from the system, and the Debian package that has it. */
export interface Need {
  package: string;
  /** The package where apt knows none of the other name. */
  otherwise?: string;
  /** Found on PATH or in the system's folders... */
  program?: string;
  /** ...or any of these files is there. */
  files?: string[];
  why: string;
}

export const needs = {
  docker: { package: "docker.io", program: "dockerd", why: "the container engine that the nodes run on" },
  // Debian 12 has the client in docker.io, later ones have it in a package of its own.
  dockerClient: {
    package: "docker-cli",
    otherwise: "docker.io",
    program: "docker",
    why: "talks to the container engine",
  },
  iptables: { package: "iptables", program: "iptables", why: "the container engine's networks" },
  debootstrap: { package: "debootstrap", program: "debootstrap", why: "makes the nodes' root file system" },
  localhostNames: {
    package: "libnss-myhostname",
    files: ["x86_64", "aarch64"].map((arch) => `/lib/${arch}-linux-gnu/libnss_myhostname.so.2`),
    why: "lets every program resolve *.localhost",
  },
  nft: { package: "nftables", program: "nft", why: "the firewalls of the lab's clouds" },
  ip: { package: "iproute2", program: "ip", why: "the networks of the lab's clouds" },
  ssh: { package: "openssh-client", program: "ssh-keygen", why: "the tests make keys" },
  openssl: { package: "openssl", program: "openssl", why: "the tests look at certificates with other eyes" },
  python: { package: "python3", program: "python3", why: "the tests run the nodes' daemons" },
  sshd: { package: "openssh-server", program: "sshd", why: "the tests connect to a server of their own" },
  lego: { package: "lego", program: "lego", why: "the tests get certificates with it as managers do" },
  curl: { package: "curl", program: "curl", why: "the tests ask for the cluster's pages" },
  jq: { package: "jq", program: "jq", why: "the tests run README's commands, and the bench its script" },
  shellcheck: { package: "shellcheck", program: "shellcheck", why: "the tests check the nodes' scripts" },
} satisfies Record<string, Need>;

export function isMissing(need: Need, machine: Machine = thisMachine): boolean {
  if (need.program !== undefined && machine.find(need.program) !== undefined) return false;
  return !(need.files ?? []).some((file) => machine.exists(file));
}

/** True where this process may install Debian packages. */
export function canInstall(machine: Machine = thisMachine): boolean {
  return machine.uid === 0 && machine.find("apt-get") !== undefined;
}

/** One apt at a time in this process; of other processes each waits by itself. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Installs what is missing, and says so before it does; gives the packages' names.
 * @throws UserError with the exact command where it may not.
 */
export function ensurePackages(wanted: readonly Need[], say: Say, machine: Machine = thisMachine): Promise<string[]> {
  const turn = queue.then(() =>
    install(
      wanted.filter((need) => isMissing(need, machine)),
      say,
      machine,
    ),
  );
  queue = turn.catch(() => undefined);
  return turn;
}

async function install(missing: readonly Need[], say: Say, machine: Machine): Promise<string[]> {
  if (missing.length === 0) return [];
  if (!canInstall(machine)) throw cannotInstall(missing, await packageNames(missing, machine), machine);
  say("packages are missing: reading Debian's lists");
  await apt(["update"], machine);
  const names = await packageNames(missing, machine);
  say(`Storm needs to install: ${names.join(", ")} (Debian packages)`);
  missing.forEach((need, i) => say(`  ${names[i]}: ${need.why}`));
  await apt(["install", "--no-install-recommends", ...new Set(names)], machine);
  return names;
}

/** The name of each need's package in this machine's release. */
function packageNames(missing: readonly Need[], machine: Machine): Promise<string[]> {
  return Promise.all(
    missing.map(async ({ package: name, otherwise }) => {
      if (otherwise === undefined || machine.find("apt-cache") === undefined) return name;
      const { stdout } = await machine.run("apt-cache", ["policy", name], { allowFailure: true });
      return /^ *Candidate: [^(\s]/m.test(stdout) ? name : otherwise;
    }),
  );
}

/** Another apt (unattended-upgrades, a second set-up) may hold a lock for a while; `update` does not wait by itself. */
async function apt(args: readonly string[], machine: Machine): Promise<void> {
  const log = join(storm.logs, "apt.log");
  const options = ["-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (let tries = 60; ; tries--) {
    try {
      await machine.run("apt-get", [...options, ...args], { env, log });
      return;
    } catch (error) {
      if (tries === 0 || !/Could not get lock|Unable to lock/.test(messageOf(error))) throw error;
      await sleep(5000);
    }
  }
}

function cannotInstall(missing: readonly Need[], names: readonly string[], machine: Machine): UserError {
  const unique = [...new Set(names)];
  const reasons = missing.map((need, i) => `${names[i]}: ${need.why}`);
  const command =
    machine.find("apt-get") === undefined
      ? "This system has no apt-get. Install the equivalents of these Debian packages, then run the command again."
      : `Run \`sudo apt-get install ${unique.join(" ")}\`, then run the command again.`;
  return new UserError(`missing: ${unique.join(", ")}`, [command, ...reasons]);
}
