/** User-data of a bastion: a machine that SSH passes through on its way to nodes without public addresses. */
export interface BastionUserDataArgs {
  /** Its one user, who has no shell. */
  user: string;
  /** Its SSH host key, so that the first connection is already verified. */
  hostKey: { privateOpenssh: string; publicOpenssh: string };
  /** Who may pass: the deploying program's key. */
  authorizedKey: string;
}

const SSHD = [
  "PasswordAuthentication no",
  "PermitRootLogin no",
  "PermitTTY no",
  "X11Forwarding no",
  "AllowAgentForwarding no",
  "AllowStreamLocalForwarding no",
  "GatewayPorts no",
  // Commands of one phase arrive together, one connection a node.
  "MaxStartups 30:30:100",
];

/** cloud-config, in JSON: a user who may forward connections and nothing else. Updates come by the image's own unattended ones. */
export function bastionUserData({ user, hostKey, authorizedKey }: BastionUserDataArgs): string {
  return `#cloud-config\n${JSON.stringify({
    hostname: "bastion",
    disable_root: true,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: { ed25519_private: hostKey.privateOpenssh, ed25519_public: hostKey.publicOpenssh },
    users: [{ name: user, shell: "/usr/sbin/nologin", lock_passwd: true, ssh_authorized_keys: [authorizedKey] }],
    write_files: [
      {
        path: "/etc/ssh/sshd_config.d/storm.conf",
        content: `${[...SSHD, `AllowUsers ${user}`].join("\n")}\n`,
        permissions: "0644",
      },
    ],
    runcmd: [["systemctl", "restart", "ssh"]],
  })}`;
}
