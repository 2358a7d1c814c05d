/** HAProxy's configuration for a balancer of a cloud. Pure. */
import type { Balancer } from "../world";

/** Path in the container. */
export const BALANCER_CONFIG = "/etc/storm-balancer.cfg";

/** `addressOf`: the private address of a target, if it has one now. */
export function balancerConfig(balancer: Balancer, addressOf: (machine: string) => string | undefined): string {
  const { intervalSeconds, fall, rise, proxyProtocol } = balancer;
  const targets = [...balancer.targets].sort().flatMap((id) => {
    const address = addressOf(id);
    return address === undefined ? [] : [{ id, address }];
  });
  const sections = balancer.listeners.map(({ port, targetPort }) =>
    [
      `listen port-${port}`,
      `  bind :${port}`,
      ...targets.map(
        ({ id, address }) => `  server ${id} ${address}:${targetPort}${proxyProtocol ? " send-proxy" : ""}`,
      ),
    ].join("\n"),
  );
  return `global
  log stdout format raw daemon notice
  maxconn 4096
  hard-stop-after 10m
defaults
  mode tcp
  log global
  timeout connect 1s
  timeout client 1h
  timeout server 1h
  timeout check ${Math.min(intervalSeconds, 5)}s
  retries 3
  option redispatch 1
  default-server check inter ${intervalSeconds}s fall ${fall} rise ${rise} on-marked-down shutdown-sessions
${sections.join("\n")}
`;
}
