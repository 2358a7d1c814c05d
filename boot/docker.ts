import { IMAGE_CACHE_HOST, IMAGE_CACHE_PORT, type NodeConfig } from "./node-config";

/** /etc/docker/daemon.json, by the CIS Docker Benchmark 1.6.0 where swarm mode permits (docs/decisions). */
export function daemonConfig(node: NodeConfig): object {
  const [first = "172", second = "29"] = node.bridgeCidr.split(".");
  return {
    bip: `${first}.${second}.0.1/24`,
    "default-address-pools": [{ base: node.bridgeCidr, size: 24 }],
    dns: [node.nodeLocalAddress],
    icc: false,
    "userland-proxy": false,
    "no-new-privileges": true,
    "log-driver": "local",
    "log-opts": { "max-size": "10m", "max-file": "3" },
    "default-ulimits": { nofile: { Name: "nofile", Soft: 16384, Hard: 16384 } },
    ...(node.imageCache
      ? {
          "registry-mirrors": [`http://${node.imageCache.address}:${IMAGE_CACHE_PORT}`],
          "insecure-registries": [
            `${node.imageCache.address}:${IMAGE_CACHE_PORT}`,
            `${IMAGE_CACHE_HOST}:${IMAGE_CACHE_PORT}`,
          ],
        }
      : {}),
  };
}

/**
 * HAProxy in front of Docker's socket: TLS, client certificates of the Docker CA only. It can be restarted and
 * re-certified without touching a task, which dockerd's own listener cannot.
 */
export function dockerApiConfig(): string {
  return `global
  log stdout format raw daemon warning
  ssl-default-bind-options ssl-min-ver TLSv1.2
  hard-stop-after 1h
defaults
  log global
  mode tcp
  timeout connect 5s
  # attach, logs -f and events stay open in silence
  timeout client 24h
  timeout server 24h
frontend docker-api
  bind :2376 ssl crt /etc/storm/docker-api/server.pem ca-file /etc/storm/docker-api/ca.pem verify required
  default_backend dockerd
backend dockerd
  server dockerd unix@/var/run/docker.sock
`;
}
