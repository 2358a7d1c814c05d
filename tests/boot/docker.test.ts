import { daemonConfig, managerApisConfig } from "../../boot/docker";
import { identity } from "./support";

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
  const lines = managerApisConfig()
    .split("\n")
    .map((line) => line.trim());
  expect(lines).toContain(
    "bind :2376 ssl crt /etc/storm/docker-api/server.pem ca-file /etc/storm/docker-api/ca.pem verify required",
  );
  expect(lines).toContain("ssl-default-bind-options ssl-min-ver TLSv1.2");
  expect(lines).toContain("server dockerd unix@/var/run/docker.sock");
  // One other listener: Consul's.
  expect(lines.filter((line) => line.startsWith("bind "))).toHaveLength(2);
});

test("Consul's proxy refuses a request before Consul sees it, unless the one header that is left has a token", () => {
  const [, frontend = ""] = managerApisConfig().split("frontend consul-api\n");
  const rules = [...frontend.matchAll(/^ {2}(http-request .*|default_backend .*|bind .*)$/gm)].map(([, rule]) => rule);
  expect(rules).toEqual([
    "bind :8501 ssl crt /etc/storm/docker-api/consul.pem alpn http/1.1",
    "http-request set-header X-Consul-Token %[req.fhdr(x-consul-token)]",
    expect.stringMatching(/^http-request return status 403 .* unless { req\.fhdr\(x-consul-token\) -m len gt 0 }$/),
    "default_backend consul",
  ]);
});
