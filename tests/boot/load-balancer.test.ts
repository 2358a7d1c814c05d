import { LOAD_BALANCER_PORTS, loadBalancerConfig } from "../../boot/load-balancer";

const BACKENDS = [
  { name: "local-1", address: "172.28.0.10", manager: true },
  { name: "web-1", address: "172.28.0.11", manager: false },
];

test("every node answers for the web, managers alone for Docker and Consul", () => {
  const [, ...sections] = loadBalancerConfig(BACKENDS).split(/^listen /m);
  expect(sections).toEqual([
    "https\n  bind :443\n  server local-1 172.28.0.10:443\n  server web-1 172.28.0.11:443\n",
    "http\n  bind :80\n  server local-1 172.28.0.10:80\n  server web-1 172.28.0.11:80\n",
    "docker\n  bind :2376\n  server local-1 172.28.0.10:2376\n",
    "consul\n  bind :8501\n  server local-1 172.28.0.10:8501\n",
  ]);
});

test("a dead node is out within a second and a half, and its connections with it", () => {
  const [head = ""] = loadBalancerConfig(BACKENDS).split(/^listen /m);
  expect(head.split("\n").map((line) => line.trim())).toEqual([
    "global",
    "log stdout format raw daemon notice",
    "maxconn 4096",
    "hard-stop-after 10m",
    "defaults",
    "mode tcp",
    "log global",
    "timeout connect 300ms",
    "timeout client 1h",
    "timeout server 1h",
    "timeout check 1s",
    "retries 3",
    "option redispatch 1",
    "default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions",
    "",
  ]);
});

test("ports have names, which the outputs are made from", () => {
  expect(LOAD_BALANCER_PORTS.map(({ name, port }) => [name, port])).toEqual([
    ["https", 443],
    ["http", 80],
    ["docker", 2376],
    ["consul", 8501],
  ]);
});
