import { readFileSync } from "node:fs";

/**
 * Linux capabilities in the order of their bits, up to AUDIT_READ (37): Docker 20.10 refuses a container that names later
 * ones (PERFMON, BPF, CHECKPOINT_RESTORE), and SYS_ADMIN includes what they allow.
 */
const capabilities = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ"
).split(" ");

/** Capabilities that this machine can give, from the text of /proc/self/status. */
export function boundingSet(status: string): string[] {
  const bits = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return capabilities.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}

/**
 * Flags of `docker run` with which the node image boots systemd and a dockerd of its own. Not --privileged: that fails
 * where the machine itself lacks a capability.
 */
export function nodeRunFlags(status: string = readFileSync("/proc/self/status", "utf8")): string[] {
  return [
    "--cap-drop=all",
    ...boundingSet(status).map((name) => `--cap-add=${name}`),
    ...["seccomp", "apparmor", "systempaths"].flatMap((name) => ["--security-opt", `${name}=unconfined`]),
    "--cgroupns=private",
    "--device=/dev/net/tun",
    // systemd's own, and cloud-init runs programs there: Docker's default would be noexec.
    "--tmpfs=/run:rw,nosuid,nodev,exec,mode=755",
    "--tmpfs=/tmp:rw,nosuid,nodev,exec,mode=1777",
    // A dockerd can not stack overlayfs on the container's own; an anonymous volume goes with the container.
    "--volume=/var/lib/docker",
    "--stop-signal=SIGRTMIN+3",
  ];
}
