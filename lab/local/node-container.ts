/** The container that a node is: what lab/image/run-flags.ts says for `docker run`, in the API's words. */
import { readFileSync } from "node:fs";
import { boundingSet } from "../image/run-flags";

/** What of a node's inputs goes into its container. */
export interface NodeContainer {
  image: string;
  hostname: string;
  /** Docker's network; undefined: somebody else gives it one while it starts. */
  network?: { name: string; address: string };
  labels: Record<string, string>;
  limits: object;
  /** What else of HostConfig. */
  more?: object;
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
      NetworkMode: node.network?.name ?? "none",
      RestartPolicy: { Name: "unless-stopped" },
      // Not Privileged: that fails where this machine itself lacks a capability.
      CapDrop: ["ALL"],
      CapAdd: boundingSet(readFileSync("/proc/self/status", "utf8")),
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      MaskedPaths: [],
      ReadonlyPaths: [],
      CgroupnsMode: "private",
      Devices: [{ PathOnHost: "/dev/net/tun", PathInContainer: "/dev/net/tun", CgroupPermissions: "rwm" }],
      // systemd's own; cloud-init runs programs there, which Docker's default, noexec, forbids.
      Tmpfs: { "/run": "rw,nosuid,nodev,exec,mode=755", "/tmp": "rw,nosuid,nodev,exec,mode=1777" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "1" } },
      ...node.limits,
      ...node.more,
    },
    ...(node.network && {
      NetworkingConfig: {
        EndpointsConfig: { [node.network.name]: { IPAMConfig: { IPv4Address: node.network.address } } },
      },
    }),
  };
}
