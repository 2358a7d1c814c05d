import * as fs from "node:fs";
import * as path from "node:path";
import { at, render, web } from "./support";

test("the guestbook, as it is deployed on kernels without IP_VS", () => {
  const text = fs.readFileSync(path.join(__dirname, "../../catalog/guestbook/docker-compose.yml"), "utf8");
  const result = render(text, {
    stackName: "guestbook",
    domain: "guestbook.dev.storm.localhost",
    scale: 2,
    capabilities: { ipvs: false },
    imageRewrite: { "ghcr.io": "172.28.1.3:5000/ghcr.io" },
  });
  expect(result.errors).toEqual([]);
  expect(result.warnings).toEqual([]);
  expect(result).toMatchSnapshot();
});

test("rendering the same input twice gives the same text", () => {
  const text = `services: {b: {image: x, ports: [80]}, a: {image: y}}\nconfigs: {c: {content: z}}`;
  expect(JSON.stringify(render(text))).toBe(JSON.stringify(render(text)));
});

test("updates are health-gated and rolled back; data and host ports stop first", () => {
  const order = (keys: string): unknown =>
    at(web(keys, {}, "volumes: {v: {}}"), "services", "web", "deploy", "update_config", "order");
  expect(order("image: x")).toBe("start-first");
  expect(order("image: x, ports: [80]")).toBe("start-first");
  expect(order("image: x, volumes: ['v:/v']")).toBe("stop-first");
  expect(order("image: x, volumes: ['v:/v:ro']")).toBe("start-first");
  expect(order("image: x, ports: ['5432:5432']")).toBe("stop-first");
  expect(order("image: x, volumes: ['v:/v'], deploy: {update_config: {order: start-first}}")).toBe("start-first");
  expect(at(web("image: x"), "services", "web", "deploy", "update_config")).toMatchObject({
    failure_action: "rollback",
    monitor: "10s",
  });
});

test("replicas that users reach are kept apart, unless the file says where they are", () => {
  const spread = (keys: string) => web(`image: x, ${keys}`, { scale: 2 }, "volumes: {v: {}}").spread;
  expect(spread("ports: [80]")).toEqual([{ service: "web", replicas: 2 }]);
  expect(spread("expose: [80]")).toEqual([]);
  expect(spread("ports: [80], deploy: {replicas: 1}")).toEqual([]);
  expect(spread("ports: [80], deploy: {mode: global}")).toEqual([]);
  expect(spread("ports: [80], volumes: ['v:/v']")).toEqual([]);
  expect(spread("ports: [80], deploy: {placement: {constraints: ['node.role == worker']}}")).toEqual([]);
  expect(spread("ports: [80], deploy: {placement: {max_replicas_per_node: 2}}")).toEqual([]);
  expect(spread("ports: [80], mem_reservation: 1G")).toEqual([]);
});

test.each([
  ["no", { condition: "none" }],
  ["always", { condition: "any" }],
  ["unless-stopped", { condition: "any" }],
  ["on-failure", { condition: "on-failure" }],
  ["'on-failure:5'", { condition: "on-failure", max_attempts: 5 }],
])("restart: %s becomes a restart policy", (restart, policy) => {
  expect(at(web(`image: x, restart: ${restart}`), "services", "web", "deploy", "restart_policy")).toEqual({
    delay: "2s",
    ...policy,
  });
});

test("a dollar sign survives the second interpolation, that of docker stack deploy", () => {
  const result = web("image: x, command: ['a$$b', '${V}'], labels: {l: $$x}", { env: { V: "c$d" } });
  expect(at(result, "services", "web", "command")).toEqual(["a$$b", "c$$d"]);
  expect(at(result, "services", "web", "labels", "l")).toBe("$$x");
});

test("environment: files, then the map or list, then .env for names without a value; never the shell", () => {
  process.env["FROM_SHELL"] = "shell";
  const result = web(
    "image: x, env_file: [a.env, {path: none.env, required: false}], environment: [B=2, FROM_ENV, FROM_SHELL, C=]",
    {
      readFile: (name) => (name === "a.env" ? "A=1\nB=1\nD=${FROM_ENV}" : undefined),
      env: { FROM_ENV: "env" },
    },
  );
  expect(at(result, "services", "web", "environment")).toEqual({ A: "1", B: "2", C: "", D: "env", FROM_ENV: "env" });
  expect(result.errors).toEqual([]);
  expect(result.warnings).toEqual([
    "docker-compose.yml:2:102 services/web/environment/#3: warning: variable FROM_SHELL has no value here or in .env; it is left out",
  ]);
});

test("versions, ports and modes are what they look like", () => {
  const result = web(
    "image: 'x:${V}', environment: {A: 1.10, B: true, C: 0x1f}, configs: [{source: c, mode: 0440}]",
    { env: { V: "1.10" } },
    "configs: {c: {content: x}}",
  );
  expect(at(result, "services", "web", "image")).toBe("x:1.10");
  expect(at(result, "services", "web", "environment")).toEqual({ A: "1.10", B: "true", C: "0x1f" });
  expect(at(result, "services", "web", "configs")).toEqual([{ source: "c", target: "/c", mode: 0o440 }]);
});

test("networks are overlays that fit into the mesh; routed services join the ingress's as well", () => {
  const text = `services:
  web: {image: x, ports: [80], networks: {front: {aliases: [w]}, outside: }}
  db: {image: y}
networks:
  front: {internal: true, driver_opts: {encrypted: "true"}}
  outside: {external: true, name: corp}`;
  const result = render(text);
  const mtu = { "com.docker.network.driver.mtu": "1370" };
  expect(at(result, "networks")).toEqual({
    front: { driver: "overlay", driver_opts: mtu, internal: true },
    outside: { external: true, name: "corp" },
    default: { driver: "overlay", driver_opts: mtu },
    "storm-edge": { external: true, name: "edge" },
  });
  expect(at(result, "services", "web", "networks")).toEqual({
    front: { aliases: ["w"] },
    outside: {},
    "storm-edge": {},
  });
  expect(at(result, "services", "db", "networks")).toEqual({ default: {} });
});

test("without IP_VS every service is dnsrr and publishes in host mode", () => {
  const result = web("image: x, ports: ['5432:5432', {target: 9, published: 9, mode: ingress}]", {
    capabilities: { ipvs: false },
  });
  expect(at(result, "services", "web", "deploy", "endpoint_mode")).toBe("dnsrr");
  expect(at(result, "services", "web", "ports")).toEqual([
    { target: 5432, published: 5432, protocol: "tcp", mode: "host" },
    { target: 9, published: 9, protocol: "tcp", mode: "host" },
  ]);
  expect(at(web("image: x"), "services", "web", "deploy", "endpoint_mode")).toBeUndefined();
});

test("a volume ties its service to one node, unless it has a placement or the volume is everywhere", () => {
  const constraints = (keys: string, volumes: string): unknown =>
    at(web(keys, {}, `volumes: {v: ${volumes}}`), "services", "web", "deploy", "placement", "constraints");
  expect(constraints("image: x, volumes: ['v:/v']", "{}")).toEqual(["node.labels.storm.node == data-1"]);
  expect(
    constraints("image: x, volumes: ['v:/v'], deploy: {placement: {constraints: [node.labels.size == big]}}", "{}"),
  ).toEqual(["node.labels.size == big"]);
  expect(constraints("image: x, volumes: ['v:/v'], deploy: {mode: global}", "{}")).toBeUndefined();
  expect(constraints("image: x, volumes: ['v:/v']", "{driver_opts: {type: nfs, device: ':/x'}}")).toEqual([
    "node.labels.storm.role != data",
  ]);
});

test("images: rewritten by registry, Docker Hub's short names included", () => {
  const image = (name: string, imageRewrite: Record<string, string>): unknown =>
    at(web(`image: '${name}'`, { imageRewrite }), "services", "web", "image");
  expect(image("ghcr.io/a/b:1", { "ghcr.io": "c:5000/ghcr.io" })).toBe("c:5000/ghcr.io/a/b:1");
  expect(image("nginx", { "docker.io": "c:5000" })).toBe("c:5000/library/nginx");
  expect(image("a/b", { "docker.io": "c:5000" })).toBe("c:5000/a/b");
  expect(image("quay.io/a", { "ghcr.io": "c:5000/ghcr.io" })).toBe("quay.io/a");
});

test("builds are named by what is in them and go to the cluster's registry", () => {
  const result = web("build: {context: ./app, dockerfile: Prod, args: [A=1, B, C], target: t}, image: ignored", {
    env: { B: "2" },
  });
  const image = "registry.service.consul:5000/shop/web:0123456789ab";
  expect(result.builds).toEqual([
    { service: "web", image, context: "./app", dockerfile: "Prod", args: { A: "1", B: "2" }, target: "t" },
  ]);
  expect(at(result, "services", "web", "image")).toBe(image);
  const failing = web("build: .", {
    hashBuild: () => {
      throw new Error('there is no folder "."');
    },
  });
  expect(failing.errors).toEqual(['docker-compose.yml:2:9 services/web/build: there is no folder "."']);
});

describe("scale", () => {
  const text = `services: {web: {image: x, ports: [80]}, api: {image: x, ports: [80], deploy: {replicas: 5}}, db: {image: y, volumes: ['v:/v'], ports: [80]}, agent: {image: z, deploy: {mode: global}}}\nvolumes: {v: }`;
  const replicas = (scale: number | Record<string, number>): unknown[] =>
    ["web", "api", "db", "agent"].map((name) => at(render(text, { scale }), "services", name, "deploy", "replicas"));

  test("a number is for routed services without replicas of their own, a map for those it names", () => {
    expect(replicas(3)).toEqual([3, 5, 1, undefined]);
    expect(replicas({ api: 2, db: 0 })).toEqual([1, 2, 0, undefined]);
  });

  test("mistakes are said with storm.yml's place", () => {
    expect(render(text, { scale: { wep: 2, agent: 1 } }).errors).toEqual([
      'storm.yml:3:3 compose/shop/scale/wep: there is no such service in docker-compose.yml (allowed: web, api, db, agent; did you mean "web"?)',
      "storm.yml:3:3 compose/shop/scale/agent: a global service runs once on each node; it has no replicas",
    ]);
    expect(web("image: x", { scale: 2 }).warnings).toEqual([
      "storm.yml:3:3 compose/shop/scale: warning: no service of the stack is routed, so there is nothing to scale",
    ]);
  });
});
