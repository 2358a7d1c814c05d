import { defaultStormFile, identity, TWO_POOLS } from "./support";

test("a manager of the default plan", () => {
  const config = identity(defaultStormFile(), "local-2", { address: "172.28.0.3" });
  const [, ...addresses] = ["", ...config.consul.join];
  expect(config).toEqual({
    name: "local-2",
    cluster: "storm",
    env: "dev",
    datacenter: "dev",
    domain: "dev.storm.localhost",
    role: "manager",
    pool: "local/local",
    site: "local",
    size: "small",
    labels: {},
    mesh: {
      address: addresses[1],
      cidr: "100.64.0.0/10",
      port: 51820,
      mtu: 1420,
      interface: "storm0",
      encrypted: true,
    },
    overlay: { cidr: "10.192.0.0/10", mtu: 1370 },
    bridgeCidr: "172.29.0.0/16",
    nodeLocalAddress: "169.254.1.1",
    consul: { server: true, bootstrapExpect: 3, join: addresses },
    siteCidrs: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
    imageCache: { address: "172.28.0.3" },
  });
  expect(new Set(addresses).size).toBe(3);
});

test("a worker is no Consul server, and knows the same servers", () => {
  const [manager, worker] = [identity(TWO_POOLS, "local-1"), identity(TWO_POOLS, "web-1")];
  expect(worker).toMatchObject({ role: "worker", pool: "local/web", size: "micro", labels: { tier: "front" } });
  expect(worker.consul).toEqual({ ...manager.consul, server: false });
  expect(worker.consul.join).not.toContain(worker.mesh.address);
});

test("no image cache, no entry", () => {
  expect(identity(TWO_POOLS, "web-2")).not.toHaveProperty("imageCache");
});
