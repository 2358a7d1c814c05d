/** What set-up found out about this machine (stack config `storm:local`). */
export interface LocalMachine {
  /** Docker image that boots as a node. */
  nodeImage: string;
  /** Docker image of the image cache. */
  cacheImage: string;
  cacheEnvironment?: Record<string, string>;
  /** Whether images come from the image cache alone; default: no. */
  offline?: boolean;
  /** Whether the kernel has IP_VS: without it service VIPs and the routing mesh do not answer. */
  ipvs: boolean;
}
