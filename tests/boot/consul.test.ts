import { consulConfig, consulSecrets, POLICIES } from "../../boot/consul";
import { identity, TWO_POOLS } from "./support";

const server = consulConfig(identity(TWO_POOLS, "local-1")) as Record<string, unknown>;
const agent = consulConfig(identity(TWO_POOLS, "web-1")) as Record<string, unknown>;
const { mesh, consul } = identity(TWO_POOLS, "local-1");

test("a server's configuration", () => {
  expect(server).toEqual({
    datacenter: "dev",
    node_name: "local-1",
    data_dir: "/var/lib/consul",
    server: true,
    bootstrap_expect: 3,
    ui_config: { enabled: true },
    bind_addr: mesh.address,
    client_addr: "127.0.0.1",
    addresses: { http: "127.0.0.1 169.254.1.1", dns: "127.0.0.1" },
    ports: { http: 8500, https: -1, dns: 8600, grpc: -1, grpc_tls: -1 },
    retry_join: consul.join,
    retry_interval: "1s",
    node_meta: { pool: "local.local", role: "manager", site: "local", size: "small" },
    acl: { enabled: true, default_policy: "deny", down_policy: "extend-cache" },
    connect: { enabled: true },
    auto_encrypt: { allow_tls: true },
    autopilot: { min_quorum: 3 },
    performance: { raft_multiplier: 2 },
    leave_on_terminate: false,
    disable_remote_exec: true,
    disable_update_check: true,
    enable_script_checks: false,
    telemetry: { disable_hostname: true },
    log_level: "warn",
    // Not dev.storm.example.com: Consul does not start with its datacenter's name there.
    alt_domain: "storm.example.com",
  });
});

test("an agent's differs in these only: certificates from the servers, no say in the quorum", () => {
  const { bootstrap_expect, ui_config, autopilot, ...rest } = server;
  expect([bootstrap_expect, ui_config, autopilot]).not.toContain(undefined);
  expect(agent).toEqual({
    ...rest,
    server: false,
    node_name: "web-1",
    bind_addr: identity(TWO_POOLS, "web-1").mesh.address,
    auto_encrypt: { tls: true },
    node_meta: { pool: "local.web", role: "worker", site: "local", size: "micro", tier: "front" },
  });
});

test("under .localhost there is no second domain: resolvers answer such names by themselves", () => {
  expect(consulConfig(identity("Local: [1, small]", "local-1"))).not.toHaveProperty("alt_domain");
});

const SECRETS = { gossipKey: "GOSSIP", agentToken: "AGENT", catalogToken: "CATALOG" };
const FILES = { cert_file: "/etc/consul.d/tls/cert.pem", key_file: "/etc/consul.d/tls/key.pem" };

test("a server's secrets", () => {
  expect(consulSecrets({ ...SECRETS, managementToken: "MANAGEMENT", hasCertificate: true })).toEqual({
    encrypt: "GOSSIP",
    tls: {
      defaults: { ca_file: "/etc/consul.d/tls/ca.pem", verify_outgoing: true, ...FILES },
      internal_rpc: { verify_incoming: true, verify_server_hostname: true },
    },
    acl: { tokens: { initial_management: "MANAGEMENT", agent: "AGENT", default: "CATALOG", dns: "CATALOG" } },
  });
});

test("an agent's: no management token, no certificate; it takes the node's token for itself", () => {
  expect(consulSecrets({ ...SECRETS, ownAgentToken: "NODE", hasCertificate: false })).toEqual({
    encrypt: "GOSSIP",
    tls: {
      defaults: { ca_file: "/etc/consul.d/tls/ca.pem", verify_outgoing: true },
      internal_rpc: { verify_incoming: false, verify_server_hostname: true },
    },
    acl: { tokens: { agent: "AGENT", agent_recovery: "NODE", default: "CATALOG", dns: "CATALOG" } },
  });
});

/** "write" rules of a policy, as [what, name]. */
function writes(policy: string): string[] {
  return [...(POLICIES[policy] ?? "").matchAll(/^(.*?) (?:= "write"|\{ policy = "write" \})$/gm)].map(
    ([, what]) => what ?? "",
  );
}

test("what each token may change, and that is all it may change", () => {
  expect(Object.fromEntries(Object.keys(POLICIES).map((name) => [name, writes(name)]))).toEqual({
    "storm-agent": ['node_prefix ""'],
    "storm-catalog": [],
    "storm-registrator": ['service_prefix ""'],
    "storm-node": ['key_prefix "storm/availability/"'],
    "storm-controller": [
      'key_prefix "storm/"',
      'key_prefix "mesh/"',
      'agent_prefix ""',
      'session_prefix ""',
      "operator",
    ],
    "storm-credentials": ['key_prefix "storm/credentials/"'],
    "storm-operator": [],
  });
});

test("what is read without a token is the catalog: no key, no agent", () => {
  expect(POLICIES["storm-catalog"]).toBe('node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }');
});

test("a node cannot read the managers' join token", () => {
  const keys = [...(POLICIES["storm-node"] ?? "").matchAll(/^key(?:_prefix)? "(.*?)"/gm)].map(([, key]) => key);
  expect(keys).toEqual([
    "mesh/",
    "storm/nodes",
    "storm/images",
    "storm/removed",
    "storm/swarm/id",
    "storm/swarm/join/worker",
    "storm/acme/certificates/",
    "storm/availability/",
  ]);
});
