import { ingressStack, registryStack } from "../../boot/system-stacks";

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  ports: { target: number; published: number; protocol: string; mode: string }[];
  volumes: string[];
  labels: Record<string, string>;
  networks: string[];
  deploy: Record<string, unknown>;
}
interface Stack {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
  volumes?: Record<string, unknown>;
}

const ingress = ingressStack({ httpsPort: 8443, consulAddress: "169.254.1.1:8500", network: "edge" }) as Stack;
const registry = registryStack({ port: 5000, node: "data-1", overlayMtu: 1370, certificates: "0a1b" }) as Stack;
const host = (port: number) => ({ target: port, published: port, protocol: "tcp", mode: "host" });

test("Traefik is on every node, at the node's own ports, on the routed services' overlay", () => {
  expect(Object.keys(ingress.services)).toEqual(["traefik"]);
  const { traefik } = ingress.services;
  expect(traefik).toMatchObject({
    ports: [host(80), host(443)],
    networks: ["edge"],
    deploy: {
      mode: "global",
      endpoint_mode: "dnsrr",
      update_config: { order: "stop-first", failure_action: "rollback" },
    },
  });
  expect(ingress.networks).toEqual({ edge: { external: true } });
});

test("Traefik sees its certificates, read-only, and never Docker's socket; it holds no token", () => {
  const { traefik } = ingress.services;
  expect(traefik?.volumes).toEqual(["/etc/storm/ingress:/etc/storm/ingress:ro"]);
  expect(JSON.stringify(ingress)).not.toMatch(/docker\.sock|token/i);
});

test("Traefik is told all by its command line", () => {
  expect(ingress.services["traefik"]?.command).toEqual([
    "--entrypoints.web.address=:80",
    "--entrypoints.web.http.redirections.entrypoint.to=:8443",
    "--entrypoints.web.http.redirections.entrypoint.scheme=https",
    "--entrypoints.websecure.address=:443",
    "--entrypoints.websecure.http.tls=true",
    "--entrypoints.websecure.http.middlewares=retry@file",
    "--serverstransport.forwardingtimeouts.dialtimeout=500ms",
    "--serverstransport.maxidleconnsperhost=-1",
    "--providers.consulcatalog.endpoint.address=169.254.1.1:8500",
    "--providers.consulcatalog.endpoint.scheme=http",
    "--providers.consulcatalog.exposedbydefault=false",
    "--providers.consulcatalog.refreshinterval=1s",
    "--providers.consulcatalog.stale=true",
    "--providers.providersthrottleduration=200ms",
    "--providers.file.directory=/etc/storm/ingress",
    "--providers.file.watch=true",
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=WARN",
  ]);
});

test("behind a load balancer that names the client in a PROXY header, only its networks are believed", () => {
  const args = { httpsPort: 443, consulAddress: "169.254.1.1:8500", network: "edge" };
  const commandOf = (proxyProtocolFrom?: string[]) =>
    (ingressStack({ ...args, proxyProtocolFrom }) as Stack).services["traefik"]?.command ?? [];
  const added = commandOf(["10.110.0.0/20", "10.104.0.0/20", "10.110.0.0/20"]).filter(
    (word) => !commandOf().includes(word),
  );
  expect(added).toEqual(
    ["web", "websecure"].map((name) => `--entrypoints.${name}.proxyprotocol.trustedips=10.104.0.0/20,10.110.0.0/20`),
  );
  expect(commandOf([])).toEqual(commandOf());
});

test("the registry has one replica, beside its volume, and asks for a client certificate", () => {
  expect(registry.services["registry"]).toMatchObject({
    environment: {
      REGISTRY_HTTP_TLS_CERTIFICATE: "/etc/storm/registry/cert.pem",
      REGISTRY_HTTP_TLS_KEY: "/etc/storm/registry/key.pem",
      REGISTRY_HTTP_TLS_CLIENTCAS: "[/etc/storm/registry/ca.pem]",
    },
    ports: [host(5000)],
    volumes: ["data:/var/lib/registry", "/etc/storm/registry:/etc/storm/registry:ro"],
    labels: { "storm.name": "registry", "storm.route": "false" },
    deploy: { replicas: 1, placement: { constraints: ["node.labels.storm.node == data-1"] } },
  });
  expect(registry.volumes).toEqual({ data: {} });
});

test("its overlay has the mesh's room", () => {
  expect(registry.networks).toEqual({
    default: { driver: "overlay", driver_opts: { "com.docker.network.driver.mtu": "1370" } },
  });
});
