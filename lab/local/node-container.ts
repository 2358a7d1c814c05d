/** The container that a Local node is: flags that let systemd, and a dockerd of its own, run in it. */
import { readFileSync } from "node:fs";

/**
 * Linux capabilities in the order of their bits, from CAP_CHOWN (0) to CAP_AUDIT_READ (37). The later three (PERFMON, BPF,
 * CHECKPOINT_RESTORE) are unknown to Docker 20.10, which then refuses the container; SYS_ADMIN includes what they allow.
 */
const CAPABILITIES = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ"
).split(" ");

/** Names of the capabilities in the bounding set that the text of /proc/self/status shows. */
export function boundingCapabilities(procStatus: string): string[] {
  const bits = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(procStatus)?.[1] ?? "0"}`);
  return CAPABILITIES.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}

/** What of a node's inputs goes into its container. */
export interface NodeContainer {
  image: string;
  hostname: string;
  network: string;
  address: string;
  labels: Record<string, string>;
  limits: object;
}

/** Body of Docker's container creation for a node. */
export function nodeContainerBody(node: NodeContainer): object {
  return {
    Image: node.image,
    Hostname: node.hostname,
    Labels: node.labels,
    StopSignal: "SIGRTMIN+3", // systemd's own signal for an orderly halt
    StopTimeout: 30,
    // The node's dockerd can not stack overlayfs on this container's own; an anonymous volume goes with the container.
    Volumes: { "/var/lib/docker": {} },
    HostConfig: {
      NetworkMode: node.network,
      RestartPolicy: { Name: "unless-stopped" },
      // Not Privileged: that fails where this machine itself lacks a capability.
      CapDrop: ["ALL"],
      CapAdd: boundingCapabilities(readFileSync("/proc/self/status", "utf8")),
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      MaskedPaths: [],
      ReadonlyPaths: [],
      CgroupnsMode: "private",
      Devices: [{ PathOnHost: "/dev/net/tun", PathInContainer: "/dev/net/tun", CgroupPermissions: "rwm" }],
      Tmpfs: { "/run": "", "/tmp": "" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "1" } },
      ...node.limits,
    },
    NetworkingConfig: { EndpointsConfig: { [node.network]: { IPAMConfig: { IPv4Address: node.address } } } },
  };
}
