/** What OpenSSH's client reads, in a folder that is the user's alone and lives as long as the connection. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Login, NodeLogin } from "./logins";

/** Configuration of the client: nothing of the user's own, and no key but the one that is meant. */
const COMMON = [
  "IdentitiesOnly yes",
  "IdentityAgent none",
  "StrictHostKeyChecking yes",
  "GlobalKnownHostsFile none",
  "UpdateHostKeys no",
  "PasswordAuthentication no",
  "KbdInteractiveAuthentication no",
  "ConnectTimeout 15",
  "ServerAliveInterval 15",
];

/** The text of each file, by its name. `folder` is where they will be. */
export function sshFiles(node: string, { proxy, ...login }: NodeLogin, folder: string): Record<string, string> {
  const bastion = `${node}-bastion`;
  const hosts: [string, Login, string[]][] = [[node, login, proxy ? [`ProxyJump ${bastion}`] : []]];
  if (proxy) hosts.push([bastion, proxy, []]);
  const files = Object.fromEntries(
    hosts.flatMap(([name, { privateKey, hostKey }]) => [
      [`${name}.key`, `${privateKey.trimEnd()}\n`],
      [`${name}.known`, `${name} ${keyOf(hostKey)}\n`],
    ]),
  );
  return { ...files, config: hosts.flatMap((host) => hostLines(folder, ...host)).join("\n") + "\n" };
}

function hostLines(folder: string, name: string, { host, port, user }: Login, more: string[]): string[] {
  const lines = [
    `HostName ${host}`,
    `Port ${port}`,
    `User ${user}`,
    `HostKeyAlias ${name}`,
    `IdentityFile "${join(folder, `${name}.key`)}"`,
    `UserKnownHostsFile "${join(folder, `${name}.known`)}"`,
    ...COMMON,
    ...more,
  ];
  return [`Host ${name}`, ...lines.map((line) => `  ${line}`)];
}

/** "TYPE DATA", without a comment. */
function keyOf(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
}

/** Writes them, each readable by the user alone, for as long as `use` takes. @param parent in memory, where the system has such a place */
export async function withSshFiles<T>(
  node: string,
  login: NodeLogin,
  use: (config: string) => Promise<T>,
  parent = process.env.XDG_RUNTIME_DIR || tmpdir(),
): Promise<T> {
  const folder = mkdtempSync(join(parent, "storm-ssh-")); // 0700
  try {
    for (const [name, text] of Object.entries(sshFiles(node, login, folder)))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    return await use(join(folder, "config"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
