/** The parts of the Docker Engine API's answers that are read here. */

/** A container's place on a network. */
export interface Endpoint {
  NetworkID: string;
  IPAddress: string;
  /** The fixed address that was asked for; there also while the container is stopped. */
  IPAMConfig: { IPv4Address?: string } | null;
}

/** GET /containers/ID/json */
export interface Container {
  Id: string;
  Name: string;
  State: {
    /** "created" is a container that was never started. */
    Status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
    Running: boolean;
    ExitCode: number;
    /** Of its first process, as this machine counts; 0 while it does not run. */
    Pid: number;
    /** Differs from start to start. */
    StartedAt: string;
    Error: string;
  };
  Config: { Image: string; Hostname: string; Labels: Record<string, string> | null };
  HostConfig: {
    PortBindings: Record<string, { HostPort: string }[] | null> | null;
    /** 0: no limit, here and below. */
    NanoCpus: number;
    /** Bytes. */
    Memory: number;
  };
  NetworkSettings: { Networks: Record<string, Endpoint> };
}

/** An entry of GET /containers/json */
export interface ContainerSummary {
  Id: string;
  Names: string[];
  State: Container["State"]["Status"];
  Labels: Record<string, string> | null;
  NetworkSettings: { Networks: Record<string, Endpoint> };
}

/** GET /networks/ID */
export interface Network {
  Id: string;
  Name: string;
  Labels: Record<string, string> | null;
  IPAM: { Config: { Subnet?: string; Gateway?: string }[] | null };
  /** Of running containers only. */
  Containers?: Record<string, { Name: string }> | null;
}

/** GET /info */
export interface Info {
  NCPU: number;
  MemTotal: number;
  MemoryLimit: boolean;
  CpuCfsQuota: boolean;
}
