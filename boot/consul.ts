import type { NodeConfig } from "./node-config";

/** Where Consul's parts are on a node. */
const TLS_DIR = "/etc/consul.d/tls";

/** Consul's configuration that never changes in the node's life (/etc/consul.d/node.json). */
export function consulConfig(node: NodeConfig): object {
  const { server } = node.consul;
  return {
    datacenter: node.datacenter,
    node_name: node.name,
    data_dir: "/var/lib/consul",
    server,
    ...(server ? { bootstrap_expect: node.consul.bootstrapExpect, ui_config: { enabled: true } } : {}),
    bind_addr: node.mesh.address,
    client_addr: "127.0.0.1",
    addresses: {
      http: `127.0.0.1 ${node.nodeLocalAddress}`,
      dns: "127.0.0.1",
    },
    // Others come by the managers' proxy (boot/docker.ts): here a request without a token would have the default one.
    ports: { http: 8500, https: -1, dns: 8600, grpc: -1, grpc_tls: -1 },
    retry_join: node.consul.join,
    // 30 s by default: a node that comes back would wait half a minute for nothing.
    retry_interval: "1s",
    node_meta: nodeMeta(node),
    acl: { enabled: true, default_policy: "deny", down_policy: "extend-cache" },
    connect: { enabled: true },
    ...(server ? { auto_encrypt: { allow_tls: true } } : { auto_encrypt: { tls: true } }),
    // With three servers the default would drop a halted one and leave two that must not fail.
    ...(server ? { autopilot: { min_quorum: node.consul.bootstrapExpect } } : {}),
    // 2: two seconds to a new leader; 1 flaps where nodes share a busy machine, 5 (the default) is for distant ones.
    performance: { raft_multiplier: 2 },
    leave_on_terminate: false,
    disable_remote_exec: true,
    disable_update_check: true,
    enable_script_checks: false,
    telemetry: { disable_hostname: true },
    log_level: "warn",
    ...altDomain(node),
  };
}

/** Consul takes no alternative domain whose first label is one of these, or its datacenter (agent/config/builder.go). */
const RESERVED_LABELS = ["service", "connect", "node", "query", "addr"];

/**
 * `<name>.service.<env>.<Hostname>`, which the forwarder asks for: to Consul that is a service of the datacenter, which has the
 * environment's name, under the domain Hostname.
 */
function altDomain({ domain, datacenter }: NodeConfig): { alt_domain?: string } {
  const hostname = domain.slice(domain.indexOf(".") + 1);
  const [first = ""] = hostname.split(".");
  if (domain.endsWith(".localhost") || [...RESERVED_LABELS, datacenter].includes(first)) return {};
  return { alt_domain: hostname };
}

/** An elastic node is in no list: by these the controller knows it, its labels apart from what Storm says of it. */
function nodeMeta({ elastic, pool, role, site, size, labels }: NodeConfig): Record<string, string> {
  if (!elastic) return { pool: pool.replace("/", "."), role, site, size, ...labels };
  const own = Object.entries(labels).map(([key, value]) => [`label-${key}`, value]);
  return { elastic: "true", pool, role, site, size, ...Object.fromEntries(own) };
}

/** The secret part of Consul's configuration, as values that may differ between servers and agents. */
export interface ConsulSecrets {
  gossipKey: string;
  /** Servers only: the token that may do everything. */
  managementToken?: string;
  agentToken: string;
  /** What a request without a token, and DNS, may read: the catalog of nodes and services, nothing else. */
  catalogToken: string;
  /** Workers only: the node's token, which may do anything to this one agent, and to no other (docs/decisions/25-shared-tokens.md). */
  ownAgentToken?: string;
  /** Servers have a certificate of their own; agents get theirs from the servers (auto_encrypt). */
  hasCertificate: boolean;
}

/** /etc/consul.d/secrets.json: everything of Consul's that rotates. */
export function consulSecrets(secrets: ConsulSecrets): object {
  const certificate = secrets.hasCertificate
    ? { cert_file: `${TLS_DIR}/cert.pem`, key_file: `${TLS_DIR}/key.pem` }
    : {};
  return {
    encrypt: secrets.gossipKey,
    tls: {
      defaults: { ca_file: `${TLS_DIR}/ca.pem`, verify_outgoing: true, ...certificate },
      internal_rpc: { verify_incoming: secrets.hasCertificate, verify_server_hostname: true },
    },
    acl: {
      tokens: {
        ...(secrets.managementToken ? { initial_management: secrets.managementToken } : {}),
        agent: secrets.agentToken,
        ...(secrets.ownAgentToken ? { agent_recovery: secrets.ownAgentToken } : {}),
        default: secrets.catalogToken,
        dns: secrets.catalogToken,
      },
    },
  };
}

/** The policies of the cluster's tokens: the least that each part needs. */
export const POLICIES: Record<string, string> = {
  "storm-agent": 'node_prefix "" { policy = "write" }\nservice_prefix "" { policy = "read" }',
  "storm-catalog": 'node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }',
  "storm-registrator": 'service_prefix "" { policy = "write" }\nnode_prefix "" { policy = "read" }',
  "storm-node": [
    'key_prefix "mesh/" { policy = "read" }',
    'key "storm/nodes" { policy = "read" }',
    'key "storm/images" { policy = "read" }',
    'key "storm/removed" { policy = "read" }',
    'key "storm/swarm/id" { policy = "read" }',
    'key "storm/swarm/join/worker" { policy = "read" }',
    // With their keys: the ingress is on every node. Account and lock, beside it, are the managers'.
    'key_prefix "storm/acme/certificates/" { policy = "read" }',
    'key_prefix "storm/availability/" { policy = "write" }',
  ].join("\n"),
  "storm-controller": [
    'key_prefix "storm/" { policy = "write" }',
    'key_prefix "mesh/" { policy = "write" }',
    'node_prefix "" { policy = "read" }',
    'service_prefix "" { policy = "read" }',
    // A manager that is not in the plan any more leaves Consul.
    'agent_prefix "" { policy = "write" }',
    'session_prefix "" { policy = "write" }',
    'operator = "write"',
  ].join("\n"),
  "storm-credentials": 'key_prefix "storm/credentials/" { policy = "write" }',
  "storm-operator": [
    'node_prefix "" { policy = "read" }',
    'service_prefix "" { policy = "read" }',
    'agent_prefix "" { policy = "read" }',
    'operator = "read"',
  ].join("\n"),
};

/** Name of an elastic pool's policy: letters, digits, "-" and "_", as Consul asks. */
export function poolPolicyName(poolKey: string): string {
  return `storm-pool-${poolKey.replace("/", "_")}`;
}

/**
 * What the nodes of an elastic pool may do before they have the tokens of a worker, which they find under storm/enrol: look at the
 * mesh, and enter themselves, under their own pool's name only.
 */
export function poolPolicy(poolKey: string): string {
  return [
    'key_prefix "mesh/" { policy = "read" }',
    'key "storm/nodes" { policy = "read" }',
    `key_prefix "storm/enrol/${poolKey}/" { policy = "read" }`,
    `key_prefix "storm/claims/${poolKey}/" { policy = "write" }`,
    `key_prefix "mesh/peers/${poolKey}/" { policy = "write" }`,
  ].join("\n");
}
