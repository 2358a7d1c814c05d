import { readFileSync } from "node:fs";
import { join } from "node:path";
import { daemonConfig, managerApisConfig } from "../../boot/docker";
import { identity } from "./support";

const MESH = "100.64.0.0/10";
const LOCAL = "Local: [1, small]";

test("daemon.json, by the CIS benchmark where swarm mode permits", () => {
  expect(daemonConfig(identity(LOCAL, "local-1"))).toEqual({
    bip: "172.29.0.1/24",
    "default-address-pools": [{ base: "172.29.0.0/16", size: 24 }],
    dns: ["169.254.1.1"],
    icc: false,
    "userland-proxy": false,
    "no-new-privileges": true,
    "log-driver": "local",
    "log-opts": { "max-size": "10m", "max-file": "3" },
    "default-ulimits": { nofile: { Name: "nofile", Soft: 16384, Hard: 16384 } },
  });
});

test("it never listens on TCP, and does not keep tasks alive behind the swarm's back", () => {
  const config = daemonConfig(identity(LOCAL, "local-1"));
  for (const key of ["hosts", "tls", "live-restore", "insecure-registries"]) expect(config).not.toHaveProperty(key);
});

test("with an image cache: a mirror for Docker Hub, and plain HTTP to that one registry", () => {
  expect(daemonConfig(identity(LOCAL, "local-1", { address: "172.28.0.3" }))).toMatchObject({
    "registry-mirrors": ["http://172.28.0.3:5000"],
    "insecure-registries": ["172.28.0.3:5000", "image-cache.storm:5000"],
  });
});

test("another range for Docker's bridges", () => {
  const node = identity("network: {bridgeCidr: 10.9.0.0/16}\nLocal: [1, small]", "local-1");
  expect(daemonConfig(node)).toMatchObject({
    bip: "10.9.0.1/24",
    "default-address-pools": [{ base: "10.9.0.0/16", size: 24 }],
  });
});

test("the Docker API's proxy asks for a client certificate of its own authority, and needs no more than TLS 1.2", () => {
  const lines = managerApisConfig(MESH)
    .split("\n")
    .map((line) => line.trim());
  expect(lines).toContain(
    "bind :2376 ssl crt /etc/storm/docker-api/server.pem ca-file /etc/storm/docker-api/ca.pem verify required",
  );
  expect(lines).toContain("ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets");
  expect(lines).toContain("server dockerd unix@/var/run/docker.sock");
  // One other listener: Consul's.
  expect(lines.filter((line) => line.startsWith("bind "))).toHaveLength(2);
});

test("a revoked certificate is answered before dockerd sees anything, and a connection is known by its certificate", () => {
  const config = managerApisConfig(MESH);
  const [, frontend = ""] = config.split("frontend docker-api\n");
  const rules = frontend.slice(0, frontend.indexOf("\nbackend ")).split("\n");
  expect(rules.slice(1).map((rule) => rule.trim())).toEqual([
    "stick-table type string len 128 size 10k expire 10s store conn_cur",
    "tcp-request session set-var(sess.port) src_port",
    "tcp-request session set-var(sess.serial) ssl_c_serial,hex",
    "tcp-request session set-var(sess.until) ssl_c_notafter",
    "tcp-request session track-sc0 src,concat(:,sess.port),concat(:,sess.serial),concat(:,sess.until)",
    "use_backend revoked if { var(sess.serial) -m str -f /etc/storm/docker-api/revoked }",
    expect.stringMatching(/^# /),
    "use_backend unread if !{ str(read) -m str -f /etc/storm/docker-api/revoked } !{ ssl_c_s_dn(CN) -m str operator applications }",
    "default_backend dockerd",
  ]);
  for (const [name, status] of Object.entries({ revoked: 403, unread: 503 }))
    expect(config).toMatch(
      new RegExp(`\nbackend ${name}\n  mode http\n(?: .*\n)*  http-request return status ${status} `),
    );
  // What storm_credentials.py reads and asks, and what it does not reach after a reload, ends by itself in less than a minute.
  expect(config).toContain("stats socket /run/storm/docker-api.sock mode 600 level admin\n");
  expect(config).toContain("hard-stop-after 30s\n");
  expect(config).toContain("tune.ssl.cachesize 0\n");
});

test("the daemon and the proxy's unit mean the same files", () => {
  const read = (name: string) => readFileSync(join(__dirname, "..", "..", "boot", name), "utf8");
  const daemon = read("scripts/storm_credentials.py");
  expect(daemon).toContain('REVOKED = "/etc/storm/docker-api/revoked"');
  expect(daemon).toContain('READ = "read"');
  expect(daemon).toContain('SOCKET = "/run/storm/docker-api.sock"');
  const unit = read("units/storm-docker-api.service");
  // HAProxy does not start, nor reload, without a file that it names; nodes of an older version have none.
  const touch = "/usr/bin/touch /etc/storm/docker-api/revoked";
  expect(unit).toContain(`ExecStartPre=${touch}\n`);
  expect(unit.indexOf(`ExecReload=${touch}\n`)).toBeLessThan(unit.indexOf("ExecReload=/bin/kill"));
  expect(unit).toContain("Wants=storm-credentials.service\n");
});

test("Consul's proxy refuses a request before Consul sees it, unless the one header that is left has a token, or a VPN peer asks", () => {
  const [, frontend = ""] = managerApisConfig(MESH).split("frontend consul-api\n");
  const rules = [...frontend.matchAll(/^ {2}(http-request .*|default_backend .*|bind .*)$/gm)].map(([, rule]) => rule);
  expect(rules).toEqual([
    "bind :8501 ssl crt /etc/storm/docker-api/consul.pem alpn http/1.1",
    "http-request set-header X-Consul-Token %[req.fhdr(x-consul-token)]",
    expect.stringMatching(
      /^http-request return status 403 .* unless { req\.fhdr\(x-consul-token\) -m len gt 0 } or vpn-network vpn-place$/,
    ),
    "default_backend consul",
  ]);
  // The addresses of plan/mesh.ts, as storm_vpn.py has them too.
  expect([...frontend.matchAll(/^ {2}acl (.*)$/gm)].map(([, acl]) => acl)).toEqual([
    "vpn-network src 100.64.0.0/11 100.96.0.0/12",
    "vpn-place src,ipmask(0.0.3.255) -m ip 0.0.3.255",
  ]);
});
