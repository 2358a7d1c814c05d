import { secretFiles, type NodeSecrets } from "../../boot/secret-files";

const pems = (name: string) => ({ certPem: `${name} CERT\n`, keyPem: `${name} KEY\n`, caPem: `${name} CA\n` });
const token = (name: string) => ({ secret: `${name} TOKEN` });

const SECRETS: NodeSecrets = {
  manager: true,
  gossipKey: "GOSSIP",
  managementToken: "MANAGEMENT",
  tokens: {
    agent: token("agent"),
    catalog: token("catalog"),
    registrator: token("registrator"),
    node: token("node"),
    controller: token("controller"),
    operator: token("operator"),
  },
  consul: pems("consul"),
  dockerApi: pems("docker"),
  registry: pems("registry"),
  ingress: { omega: pems("omega"), alpha: pems("alpha") },
  registryHost: "registry.service.consul:5000",
};

const list = (secrets: NodeSecrets) =>
  secretFiles(secrets).map(({ path, mode, owner, units }) => [path, mode, owner, units]);
const CONSUL = ["root:consul", ["consul.service"]];
const DOCKER = [undefined, ["storm-docker-api.service"]];
const CERTS = "/etc/docker/certs.d/registry.service.consul:5000";

const EVERYWHERE = [
  [`${CERTS}/ca.crt`, "0644", undefined, undefined],
  [`${CERTS}/client.cert`, "0644", undefined, undefined],
  [`${CERTS}/client.key`, "0600", undefined, undefined],
  ["/etc/storm/registry/ca.pem", "0644", undefined, undefined],
  ["/etc/storm/registry/cert.pem", "0644", undefined, undefined],
  ["/etc/storm/registry/key.pem", "0600", undefined, undefined],
  ["/etc/storm/ingress/alpha.crt", "0644", undefined, undefined],
  ["/etc/storm/ingress/alpha.key", "0600", undefined, undefined],
  ["/etc/storm/ingress/omega.crt", "0644", undefined, undefined],
  ["/etc/storm/ingress/omega.key", "0600", undefined, undefined],
  // Last: Traefik reads the certificates again when it is written.
  ["/etc/storm/ingress/dynamic.yml", "0644", undefined, undefined],
];

test("a manager's files: who may read them, and which unit must notice a change", () => {
  expect(list(SECRETS)).toEqual([
    ["/etc/consul.d/tls/ca.pem", "0644", ...CONSUL],
    ["/etc/consul.d/tls/cert.pem", "0644", ...CONSUL],
    ["/etc/consul.d/tls/key.pem", "0640", ...CONSUL],
    // Last of Consul's: its unit starts when this is there.
    ["/etc/consul.d/secrets.json", "0640", ...CONSUL],
    ["/etc/storm/tokens/registrator", "0600", undefined, undefined],
    ["/etc/storm/tokens/node", "0600", undefined, undefined],
    ["/etc/storm/tokens/operator", "0600", undefined, undefined],
    ["/etc/storm/tokens/controller", "0600", undefined, undefined],
    ["/etc/storm/docker-api/ca.pem", "0644", ...DOCKER],
    ["/etc/storm/docker-api/server.pem", "0600", ...DOCKER],
    ...EVERYWHERE,
  ]);
});

test("a worker gets neither the controller's token nor a server's certificate nor the Docker API's key", () => {
  const worker = { ...SECRETS, manager: false };
  expect(list(worker)).toEqual([
    ["/etc/consul.d/tls/ca.pem", "0644", ...CONSUL],
    ["/etc/consul.d/secrets.json", "0640", ...CONSUL],
    ["/etc/storm/tokens/registrator", "0600", undefined, undefined],
    ["/etc/storm/tokens/node", "0600", undefined, undefined],
    ["/etc/storm/tokens/operator", "0600", undefined, undefined],
    ...EVERYWHERE,
  ]);
  const all = JSON.stringify(secretFiles(worker));
  for (const kept of ["MANAGEMENT", "controller TOKEN", "docker KEY", "consul KEY"]) expect(all).not.toContain(kept);
});

test("no file tells an authority's key; a private key and a token are for root, or for Consul's group", () => {
  for (const { path, content, mode } of secretFiles(SECRETS)) {
    if (/KEY|TOKEN|GOSSIP|MANAGEMENT/.test(content))
      expect([path, mode]).toEqual([path, path.startsWith("/etc/consul.d/") ? "0640" : "0600"]);
  }
});

test("HAProxy's file is certificate and key in one", () => {
  const file = secretFiles(SECRETS).find(({ path }) => path === "/etc/storm/docker-api/server.pem");
  expect(file?.content).toBe("docker CERT\ndocker KEY\n");
});

test("Traefik's file names every stack's certificate, and the retry that its entrypoint uses", () => {
  const file = secretFiles(SECRETS).find(({ path }) => path === "/etc/storm/ingress/dynamic.yml");
  expect(JSON.parse(file?.content ?? "")).toEqual({
    tls: {
      certificates: ["alpha", "omega"].map((name) => ({
        certFile: `/etc/storm/ingress/${name}.crt`,
        keyFile: `/etc/storm/ingress/${name}.key`,
      })),
    },
    http: { middlewares: { retry: { retry: { attempts: 3, initialInterval: "50ms" } } } },
  });
});
