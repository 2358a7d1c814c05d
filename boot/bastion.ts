/** Login of the bastion: it passes connections on and opens no shell. */
export const BASTION_USER = "jump";

export interface BastionUserDataArgs {
  hostKey: { privateOpenssh: string; publicOpenssh: string };
  /** Who may pass: the deploying program's key. */
  authorizedKey: string;
}

/**
 * The user-data of the machine by which SSH reaches nodes without public addresses: a host key of its own, and an sshd that does
 * nothing but open connections to the nodes' networks.
 */
export function bastionUserData({ hostKey, authorizedKey }: BastionUserDataArgs): string {
  const sshd = [
    `AllowUsers ${BASTION_USER}`,
    "PasswordAuthentication no",
    "PermitRootLogin no",
    "PermitTTY no",
    "AllowTcpForwarding local",
    "AllowAgentForwarding no",
    "AllowStreamLocalForwarding no",
    "X11Forwarding no",
    "PermitTunnel no",
    // Every node's commands of a phase come through here together: the default of 10 would turn some away.
    "MaxStartups 200:30:400",
  ];
  return `#cloud-config\n${JSON.stringify({
    disable_root: true,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: { ed25519_private: hostKey.privateOpenssh, ed25519_public: hostKey.publicOpenssh },
    users: [
      { name: BASTION_USER, shell: "/usr/sbin/nologin", lock_passwd: true, ssh_authorized_keys: [authorizedKey] },
    ],
    write_files: [{ path: "/etc/ssh/sshd_config.d/storm.conf", content: `${sshd.join("\n")}\n`, permissions: "0644" }],
    // The file may come after sshd has started.
    runcmd: [["systemctl", "try-reload-or-restart", "ssh"]],
  })}\n`;
}
