import { gzipSync, strToU8 } from "fflate";
import { consulConfig } from "./consul";
import { daemonConfig } from "./docker";
import type { NodeFile } from "./boot-files";
import type { NodeConfig } from "./node-config";

export interface UserDataArgs {
  node: NodeConfig;
  files: NodeFile[];
  /** The node's SSH host key, so that the first connection is already verified. */
  hostKey: { privateOpenssh: string; publicOpenssh: string };
  /** Who may log in: the deploying program's key. */
  authorizedKey: string;
}

/** Units that user-data enables; those that need secrets wait for them by their own condition. */
export function unitsOf(node: NodeConfig): string[] {
  const everywhere = ["storm-boot", "storm-mesh", "storm-dns", "storm-volume", "docker", "consul"];
  const daemons = ["storm-peers", "storm-registrator", "storm-joiner"];
  const managers = node.role === "manager" ? ["storm-controller", "storm-docker-api"] : [];
  // Always on, also without ACME, so that a cluster may turn to it: user-data does not change in a node's life.
  const timers = ["storm-certificates", ...(node.role === "manager" ? ["storm-acme"] : [])];
  return [
    ...[...everywhere, ...daemons, ...managers].map((name) => `${name}.service`),
    ...timers.map((name) => `${name}.timer`),
  ];
}

/**
 * User-data as a cloud takes it that wants base64: compressed, for AWS counts 16 KiB (cloud-init unpacks it). By fflate, whose output
 * is the same everywhere: Node.js's own zlib would show another machine's preview a change.
 */
export function packedUserData(text: string): string {
  return Buffer.from(gzipSync(strToU8(text), { level: 9, mtime: 0 })).toString("base64");
}

const json = (value: object) => `${JSON.stringify(value, undefined, 1)}\n`;

/** The files that make a machine this node, without secrets. */
export function identityFiles(node: NodeConfig): NodeFile[] {
  return [
    { path: "/etc/storm/node.json", content: json(node), mode: "0644" },
    { path: "/etc/consul.d/node.json", content: json(consulConfig(node)), mode: "0644" },
    { path: "/etc/docker/daemon.json", content: json(daemonConfig(node)), mode: "0644" },
  ];
}

/**
 * The user-data of a node: cloud-config, in JSON, which is YAML too. It holds only what never changes in the node's
 * life; whatever rotates comes by remote command.
 */
export function userData({ node, files, hostKey, authorizedKey }: UserDataArgs): string {
  const own: NodeFile[] = [
    ...identityFiles(node),
    {
      path: "/etc/ssh/sshd_config.d/storm.conf",
      // Commands of one phase arrive together: the default MaxStartups of 10 would turn some away.
      content:
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\nMaxStartups 30:30:100\nX11Forwarding no\n",
      mode: "0644",
    },
  ];
  const units = unitsOf(node);
  return `#cloud-config\n${json({
    hostname: node.name,
    manage_etc_hosts: false,
    locale: "C.UTF-8",
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: { ed25519_private: hostKey.privateOpenssh, ed25519_public: hostKey.publicOpenssh },
    users: [{ name: "root", ssh_authorized_keys: [authorizedKey] }],
    write_files: [...own, ...files].map(({ path, content, mode }) => ({ path, content, permissions: mode })),
    runcmd: [
      ["/usr/local/lib/storm/storm-install"],
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", ...units],
      [
        "systemctl",
        "start",
        "--no-block",
        "storm-boot.service",
        "storm-mesh.service",
        "storm-dns.service",
        "docker.service",
      ],
    ],
  })}`;
}
