/** The compose documents of what every cluster runs besides its host units. Pure; deployed like a user's stack. */

/**
 * The overlay that routed services share with the ingress. Docker resolves a name over a container's networks in the
 * order of their names: this one comes last, so that a service finds its own stack's neighbours first.
 */
export const EDGE_NETWORK = "zz-edge";

/** What Storm itself runs, as storm.lock may pin it (plan/lock.ts). */
export const IMAGES = { ingress: "traefik:v3.6.0", registry: "registry:2", page: "node:22-bookworm-slim" };

export interface IngressArgs {
  /** Default: IMAGES.ingress. */
  image?: string;
  /** Port of the HTTPS address that users type, for the redirect from HTTP. */
  httpsPort: number;
  /** Where the node's Consul agent answers its containers. */
  consulAddress: string;
  network: string;
  /**
   * Networks from which connections may begin with a PROXY header: of load balancers that hand the client's address on in it.
   * Connections without one go on to work; a header from elsewhere is not believed. Default: none.
   */
  proxyProtocolFrom?: string[];
}

/** Traefik on every node: fed by Consul's catalog, its certificates by files, never near the Docker socket. */
export function ingressStack({
  image = IMAGES.ingress,
  httpsPort,
  consulAddress,
  network,
  proxyProtocolFrom = [],
}: IngressArgs): object {
  const trusted = [...new Set(proxyProtocolFrom)].sort().join(",");
  const proxyProtocol = (entryPoint: string) =>
    trusted === "" ? [] : [`--entrypoints.${entryPoint}.proxyprotocol.trustedips=${trusted}`];
  return {
    version: "3.8",
    services: {
      traefik: {
        image,
        command: [
          "--entrypoints.web.address=:80",
          ...proxyProtocol("web"),
          `--entrypoints.web.http.redirections.entrypoint.to=:${httpsPort}`,
          "--entrypoints.web.http.redirections.entrypoint.scheme=https",
          "--entrypoints.websecure.address=:443",
          ...proxyProtocol("websecure"),
          "--entrypoints.websecure.http.tls=true",
          "--entrypoints.websecure.http.middlewares=retry@file",
          // The next server is asked soon when one does not take the connection (its node just died).
          "--serverstransport.forwardingtimeouts.dialtimeout=500ms",
          // A connection kept from before a node died takes a request and never answers; a new one fails at once.
          "--serverstransport.maxidleconnsperhost=-1",
          `--providers.consulcatalog.endpoint.address=${consulAddress}`,
          "--providers.consulcatalog.endpoint.scheme=http",
          "--providers.consulcatalog.exposedbydefault=false",
          // Asked each second. Traefik's watch goes through Consul's leader whatever `stale` says, and once that is gone it
          // waits 5, 20, 45 s and so on for its next try (consul/api watch/plan.go): meanwhile dead servers stay.
          "--providers.consulcatalog.refreshinterval=1s",
          // Any server may answer: routing goes on while Consul has no leader.
          "--providers.consulcatalog.stale=true",
          // 2 s by default: for that long a server that is gone would still be asked, and a new one not.
          "--providers.providersthrottleduration=200ms",
          "--providers.file.directory=/etc/storm/ingress",
          "--providers.file.watch=true",
          "--global.checknewversion=false",
          "--global.sendanonymoususage=false",
          "--log.level=WARN",
        ],
        ports: [
          { target: 80, published: 80, protocol: "tcp", mode: "host" },
          { target: 443, published: 443, protocol: "tcp", mode: "host" },
        ],
        networks: [network],
        volumes: ["/etc/storm/ingress:/etc/storm/ingress:ro"],
        labels: { "storm.route": "false" },
        deploy: {
          mode: "global",
          endpoint_mode: "dnsrr",
          update_config: { order: "stop-first", parallelism: 1, failure_action: "rollback" },
          restart_policy: { condition: "any", delay: "1s" },
        },
      },
    },
    networks: { [network]: { external: true } },
  };
}

export interface RegistryArgs {
  /** Default: IMAGES.registry. */
  image?: string;
  port: number;
  /** Name of the node that keeps the images. */
  node: string;
  overlayMtu: number;
  /** Hash of its certificate and authority: it reads them at its start alone, so that another one starts it anew. */
  certificates: string;
}

/** The cluster's own registry: only nodes, which show a certificate of the registry's authority, get in. */
export function registryStack({ image = IMAGES.registry, port, node, overlayMtu, certificates }: RegistryArgs): object {
  return {
    version: "3.8",
    services: {
      registry: {
        image,
        environment: {
          REGISTRY_HTTP_ADDR: "0.0.0.0:5000",
          REGISTRY_HTTP_TLS_CERTIFICATE: "/etc/storm/registry/cert.pem",
          REGISTRY_HTTP_TLS_KEY: "/etc/storm/registry/key.pem",
          REGISTRY_HTTP_TLS_CLIENTCAS: "[/etc/storm/registry/ca.pem]",
          REGISTRY_STORAGE_DELETE_ENABLED: "true",
          REGISTRY_LOG_LEVEL: "warn",
          STORM_CERTIFICATES: certificates,
          OTEL_TRACES_EXPORTER: "none",
        },
        ports: [{ target: 5000, published: port, protocol: "tcp", mode: "host" }],
        volumes: ["data:/var/lib/registry", "/etc/storm/registry:/etc/storm/registry:ro"],
        // The registrator's name for it: nodes ask for registry.service.consul.
        labels: { "storm.name": "registry", "storm.route": "false" },
        networks: ["default"],
        deploy: {
          replicas: 1,
          endpoint_mode: "dnsrr",
          placement: { constraints: [`node.labels.storm.node == ${node}`] },
          update_config: { order: "stop-first", failure_action: "rollback" },
          restart_policy: { condition: "any", delay: "1s" },
        },
      },
    },
    networks: {
      default: { driver: "overlay", driver_opts: { "com.docker.network.driver.mtu": String(overlayMtu) } },
    },
    volumes: { data: {} },
  };
}
