import { vpnRange } from "../plan/mesh";
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

/** Whom the program's own client certificates of the Docker API name. Nobody else's has one of these names. */
export const OWN_CLIENTS = { operators: "operator", applications: "applications" } as const;

/**
 * Serial numbers, one a line, and the word `read` when they were all that Consul had: written on the node alone, for it knows of more than
 * whoever brings its files.
 */
const REVOKED_FILE = "/etc/storm/docker-api/revoked";

/**
 * HAProxy in front of the managers' APIs. Docker's socket: TLS, client certificates of the Docker CA only, none of them revoked; it can be
 * restarted and re-certified without touching a task, which dockerd's own listener cannot. storm_credentials.py tells it who was revoked, and
 * ends what they have open: it knows by the table which certificate a connection came with. Consul's HTTP: TLS, and a token, which Consul's own
 * listener does not ask for: one agent has one default token for whoever comes without, and the node's containers need it. VPN peers come
 * without, too, so that their browsers open Consul's UI: it is by the tunnel that they are known, and the firewall (storm_vpn.py) lets their
 * addresses in by no other way.
 */
export function managerApisConfig(meshCidr: string): string {
  const { mask, networks } = vpnRange(meshCidr);
  return `global
  log stdout format raw daemon warning
  stats socket /run/storm/docker-api.sock mode 600 level admin
  # No session is resumed: its certificate would not be looked at again.
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
  tune.ssl.cachesize 0
  # After a reload the old process keeps its connections, and storm_credentials.py reaches the new one alone.
  hard-stop-after 30s
defaults
  log global
  mode tcp
  timeout connect 5s
  # attach, logs -f and events stay open in silence
  timeout client 24h
  timeout server 24h
frontend docker-api
  bind :2376 ssl crt /etc/storm/docker-api/server.pem ca-file /etc/storm/docker-api/ca.pem verify required
  stick-table type string len 128 size 10k expire 10s store conn_cur
  tcp-request session set-var(sess.port) src_port
  tcp-request session set-var(sess.serial) ssl_c_serial,hex
  tcp-request session set-var(sess.until) ssl_c_notafter
  tcp-request session track-sc0 src,concat(:,sess.port),concat(:,sess.serial),concat(:,sess.until)
  use_backend revoked if { var(sess.serial) -m str -f ${REVOKED_FILE} }
  # Nobody revokes the program's own by this list, and whoever mends a cluster without Consul needs them.
  use_backend unread if !{ str(read) -m str -f ${REVOKED_FILE} } !{ ssl_c_s_dn(CN) -m str ${Object.values(OWN_CLIENTS).join(" ")} }
  default_backend dockerd
backend dockerd
  server dockerd unix@/var/run/docker.sock
backend revoked
  mode http
  # As Docker says it, so that its client shows why.
  http-request return status 403 content-type application/json string '{"message": "this client certificate was revoked"}'
backend unread
  mode http
  # The next request is to be another connection: of this one dockerd will not get the rest.
  http-after-response set-header connection close
  http-request return status 503 content-type application/json string '{"message": "this manager has not read yet whose client certificates were revoked; try another one, or again when Consul answers"}'
frontend consul-api
  mode http
  bind :8501 ssl crt /etc/storm/docker-api/consul.pem alpn http/1.1
  timeout http-request 10s
  timeout http-keep-alive 1m
  # Of several headers Consul takes the first: now there is one, which is what is asked for here.
  http-request set-header X-Consul-Token %[req.fhdr(x-consul-token)]
  acl vpn-network src ${networks.join(" ")}
  acl vpn-place src,ipmask(${mask}) -m ip ${mask}
  http-request return status 403 content-type text/plain string "a token is needed, in X-Consul-Token" unless { req.fhdr(x-consul-token) -m len gt 0 } or vpn-network vpn-place
  default_backend consul
backend consul
  mode http
  server consul 127.0.0.1:8500
`;
}
