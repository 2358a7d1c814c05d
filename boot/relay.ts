import type { NodeFile } from "./boot-files";
import type { NodeConfig } from "./node-config";

/**
 * Consul's HTTPS of the managers, handed on by a node that is none, for the elastic nodes of its site: they are in no mesh yet. TLS
 * ends at the managers. The node's firewall lets nobody else in (storm-boot).
 */
export function relayFile(node: NodeConfig): NodeFile {
  const servers = node.consul.join.map((address, index) => `  server manager-${index + 1} ${address}:8501`);
  return {
    path: "/etc/storm/relay/haproxy.cfg",
    content: `global
  log stdout format raw daemon warning
  hard-stop-after 10m
defaults
  log global
  mode tcp
  timeout connect 2s
  # Watches are silent for a minute and more.
  timeout client 10m
  timeout server 10m
  option redispatch 1
  retries 2
  default-server check inter 2s fall 2 rise 1 on-marked-down shutdown-sessions
listen consul
  bind :8501
${servers.join("\n")}
`,
    mode: "0644",
    units: ["storm-relay.service"],
  };
}
