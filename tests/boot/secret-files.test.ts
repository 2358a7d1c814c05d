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
  meshCidr: "100.64.0.0/10",
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
  ["/etc/storm/ingress/dynamic.yml", "0644", undefined, undefined],
  // Last: Traefik reads the certificates again when it is written.
  ["/etc/storm/ingress/certificates.yml", "0644", undefined, undefined],
  ["/etc/storm/acme/ingress.json", "0644", undefined, undefined],
];
const ISSUE = ["/etc/storm/acme/issue.json", "0600", undefined, undefined];

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
    ["/etc/storm/docker-api/haproxy.cfg", "0644", ...DOCKER],
    ["/etc/storm/docker-api/ca.pem", "0644", ...DOCKER],
    ["/etc/storm/docker-api/consul.pem", "0600", ...DOCKER],
    ["/etc/storm/docker-api/server.pem", "0600", ...DOCKER],
    ...EVERYWHERE,
    ISSUE,
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

const contentOf = (path: string, secrets: NodeSecrets) =>
  secretFiles(secrets).find((file) => file.path === path)?.content;

test("a worker's agent takes the node's token for itself; a manager's does not, workers have that token too", () => {
  const tokensOf = (secrets: NodeSecrets) =>
    (JSON.parse(contentOf("/etc/consul.d/secrets.json", secrets) ?? "") as { acl: { tokens: object } }).acl.tokens;
  expect(tokensOf({ ...SECRETS, manager: false })).toMatchObject({ agent_recovery: SECRETS.tokens.node.secret });
  expect(tokensOf(SECRETS)).not.toHaveProperty("agent_recovery");
});

test("HAProxy's files are certificate and key in one", () => {
  expect(contentOf("/etc/storm/docker-api/server.pem", SECRETS)).toBe("docker CERT\ndocker KEY\n");
  expect(contentOf("/etc/storm/docker-api/consul.pem", SECRETS)).toBe("consul CERT\nconsul KEY\n");
});

test("Traefik's files name every stack's certificate, and the retry that its entrypoint uses", () => {
  expect(JSON.parse(contentOf("/etc/storm/ingress/certificates.yml", SECRETS) ?? "")).toEqual({
    tls: {
      certificates: ["alpha", "omega"].map((name) => ({
        certFile: `/etc/storm/ingress/${name}.crt`,
        keyFile: `/etc/storm/ingress/${name}.key`,
      })),
    },
  });
  expect(JSON.parse(contentOf("/etc/storm/ingress/dynamic.yml", SECRETS) ?? "")).toEqual({
    http: { middlewares: { retry: { retry: { attempts: 6, initialInterval: "10ms" } } } },
  });
});

describe("with ACME", () => {
  const acme = {
    server: "https://acme.example.com/directory",
    email: "ops@example.com",
    provider: "digitalocean",
    environment: { DO_AUTH_TOKEN: "CREDENTIAL" },
    certificates: { storm: ["dev.example.com"], alpha: ["*.alpha.dev.example.com"] },
  };

  test("managers alone get the credential, in a file for root", () => {
    const manager = secretFiles({ ...SECRETS, acme });
    const holders = manager.filter(({ content }) => content.includes("CREDENTIAL"));
    expect(holders.map(({ path, mode }) => [path, mode])).toEqual([["/etc/storm/acme/issue.json", "0600"]]);
    expect(JSON.parse(holders[0]?.content ?? "")).toEqual(acme);
    expect(JSON.stringify(secretFiles({ ...SECRETS, manager: false, acme }))).not.toContain("CREDENTIAL");
  });

  test("what Traefik serves is listed by the node itself, from the names that it is given", () => {
    expect(contentOf("/etc/storm/ingress/certificates.yml", { ...SECRETS, acme })).toBeUndefined();
    expect(contentOf("/etc/storm/acme/ingress.json", { ...SECRETS, acme })).toBe('{"names":["alpha","storm"]}');
  });

  test("a cluster that leaves it gets empty settings, with which the units do nothing", () => {
    expect(contentOf("/etc/storm/acme/ingress.json", SECRETS)).toBe("");
    expect(contentOf("/etc/storm/acme/issue.json", SECRETS)).toBe("");
  });
});
