import { render, web } from "./support";

const FILE = "docker-compose.yml";

/** [compose file, its errors] */
const ERRORS: [string, string[]][] = [
  ["", ["1:1: is empty"]],
  ["services: [", ["1:12: is not valid YAML: unexpected end of the stream within a flow collection"]],
  ["a: 1\n---\nb: 2", ["1:1: holds several YAML documents; a compose file is one"]],
  ["services: {}", ["1:1: has no services"]],
  ["services: nginx", ['1:1 services: must be a map, got "nginx"', "1:1: has no services"]],
  [
    "service: {web: {image: x}}",
    [
      `1:1 service: unknown key (allowed: version, name, services, networks, volumes, configs, secrets, include, models; did you mean "services"?)`,
      "1:1: has no services",
    ],
  ],
  ["services:\n  web:\n    image: x\n    image: y", [`4:5: key "image" is there twice, first in line 3`]],
  [
    "services: {web: {image: *none}}",
    [`1:18 services/web/image: must be a text, got nothing`, `1:26: "*none" names no anchor above it`],
  ],
  [
    "services: {web: {image: x}}\ninclude: [a.yml]",
    ["2:1 include: is not supported; put the services into this file, or deploy the other file as a stack of its own"],
  ],
  [
    "services:\n  web:\n    extends: base",
    [
      "2:3 services/web: needs image or build",
      "3:5 services/web/extends: is not supported; copy the keys here, or share them with a YAML anchor and <<",
    ],
  ],
  ["services: {web.a: {image: x}}", ["1:12 services/web.a: a service's name has letters, digits, - and _ only"]],
  ["services: {web: {image: '${V:?say which}'}}", ["1:25 services/web/image: variable V is required: say which"]],
  ["services: {web: {image: '${V'}}", [`1:25 services/web/image: "\${" without its "}"`]],
  [
    "services: {web: {image: '$-'}}",
    [`1:25 services/web/image: "$" starts a variable, "$-" is none; write $$ for a dollar sign`],
  ],
  [
    "services: {web: {image: '${V!x}'}}",
    [`1:25 services/web/image: "\${V!x}" is no variable; allowed: \${NAME}, and :- - :? ? :+ + after the name`],
  ],
];

test.each(ERRORS)("%j", (text, errors) => {
  expect(render(text).errors).toEqual(errors.map((error) => `${FILE}:${error}`));
});

/** [keys of the service, its error without place] */
const SERVICE_ERRORS: [string, string][] = [
  ["ports: [http]", `ports/#1: must be PORT or PUBLISHED:TARGET, with /udp at the end if need be, got "http"`],
  ["ports: [70000]", "ports/#1: ports go from 1 to 65535, got 70000"],
  ["ports: ['1-5:1-3']", "ports/#1: the two ranges must be equally long"],
  ["ports: ['1-500']", "ports/#1: a range may have 100 ports, got 500"],
  ["ports: [{published: 80}]", "ports/#1: needs target, the port inside the container"],
  [
    "ports: [{target: 80, mod: host}]",
    `ports/#1/mod: unknown key (allowed: target, published, protocol, mode, host_ip, app_protocol, name; did you mean "mode"?)`,
  ],
  ["expose: [x]", `expose/#1: must be a port such as 8080 or 53/udp, got "x"`],
  [
    "volumes: ['./data:/data']",
    `volumes/#1: "./data" is on your machine, the nodes do not have it: put the files into the image, or use configs: for single files`,
  ],
  [
    "volumes: ['data:/data']",
    `volumes/#1: there is no volume "data": declare it at the top level, as "volumes: {data: {}}"`,
  ],
  [
    "volumes: ['/a:/b:rx']",
    `volumes/#1: unknown mount option "rx" (allowed: rw, ro, nocopy, z, Z, cached, delegated, consistent; did you mean "rw"?)`,
  ],
  ["volumes: [{target: /a}]", "volumes/#1: needs type: volume, bind or tmpfs"],
  ["networks: [back]", `networks/#1: there is no network "back"`],
  ["configs: [app]", `configs/#1: there is no config "app"`],
  ["secrets: [{target: x}]", "secrets/#1: needs source, the name of a secret"],
  ["depends_on: [db]", `depends_on/#1: there is no service "db" (allowed: web)`],
  ["env_file: none.env", `env_file: there is no file "none.env" beside the compose file`],
  ["env_file: bad.env", "env_file: line 2 of bad.env: is no NAME=value"],
  ["healthcheck: {test: [curl, x]}", `healthcheck/test: must begin with "CMD", "CMD-SHELL" or "NONE", or be a text`],
  ["healthcheck: {interval: 10}", `healthcheck/interval: must be a duration such as 10s or 1m30s, got "10"`],
  ["stop_grace_period: soon", `stop_grace_period: must be a duration such as 10s or 1m30s, got "soon"`],
  ["init: maybe", `init: must be true or false, got "maybe"`],
  ["ulimits: {nofile: {soft: 1}}", "ulimits/nofile: needs both soft and hard"],
  [
    "restart: sometimes",
    `restart: must be one of the allowed words, got "sometimes" (allowed: no, always, unless-stopped, on-failure)`,
  ],
  ["mem_limit: lots", `mem_limit: must be a size such as 64m or 1gb, got "lots"`],
  [
    "deploy: {mode: global, replicas: 2}",
    "deploy/replicas: a global service runs once on each node; it has no replicas",
  ],
  [
    "deploy: {mode: replicated-job}",
    "deploy/mode: docker stack deploy runs no jobs; use mode: replicated with restart_policy: {condition: on-failure}",
  ],
  ["deploy: {replicas: -1}", `deploy/replicas: must be a whole number, at least 0, got "-1"`],
  [
    "deploy: {replcas: 1}",
    'deploy/replcas: unknown key (allowed: mode, replicas, endpoint_mode, labels, update_config, rollback_config, restart_policy, resources, placement; did you mean "replicas"?)',
  ],
  [
    "deploy: {placement: {constraints: [size=big]}}",
    `deploy/placement/constraints/#1: must be KEY == VALUE or KEY != VALUE, such as node.labels.size == big, got "size=big"`,
  ],
  [
    "network_mode: none",
    `network_mode: "none" is not supported: Swarm would give the service a network all the same; use networks with internal: true`,
  ],
  [
    "expose: [80], labels: {storm.route: yes please}",
    `labels/storm.route: must be "true" or "false", got "yes please"`,
  ],
  [
    "labels: {storm.route.prot: 1}",
    `labels/storm.route.prot: unknown label (allowed: storm.route, storm.route.host, storm.route.port, storm.route.path; did you mean "storm.route.port"?)`,
  ],
  ["labels: {storm.route: 'true'}", `: is to be routed, but to which port? Say storm.route.port: "8080" in its labels`],
  ["labels: {storm.route.port: '99999'}", `labels/storm.route.port: must be a port of the container, got "99999"`],
  ["expose: [80], labels: {storm.route.host: 'a b'}", `labels/storm.route.host: must be a host name, got "a b"`],
  ["ports: [80], labels: {storm.route.path: api}", `labels/storm.route.path: must be a prefix such as /api, got "api"`],
];

test.each(SERVICE_ERRORS)("services: {web: {%s}}", (keys, error) => {
  const readFile = (name: string): string | undefined => (name === "bad.env" ? "A=1\nnonsense here" : undefined);
  const { errors } = web(`image: x, ${keys}`, { readFile });
  expect(errors).toHaveLength(1);
  expect(errors[0]?.replace(/^docker-compose.yml:2:\d+ services\/web\/?/, "")).toBe(error);
});

test.each([
  [
    "container_name: a",
    "container_name: warning: Swarm ignores it; tasks are named <stack>_<service>.<number>; other services reach it by the service's name",
  ],
  ["privileged: true", "privileged: warning: Swarm ignores it; Swarm runs no privileged containers; cap_add works"],
  ["links: [web]", "links: warning: Swarm ignores it; services of a network reach each other by name"],
  ["devices: [/dev/kvm]", "devices: warning: Swarm ignores it; Swarm tasks get no devices"],
  [
    "depends_on: {web: {condition: service_healthy}}",
    "depends_on: warning: Swarm ignores it: services start in any order and must wait for web by themselves",
  ],
  [
    "network_mode: host",
    `network_mode: warning: Swarm ignores it; for the node's own network use "networks: {host: {external: true, name: host}}"`,
  ],
  [
    "profiles: [debug]",
    "profiles: warning: services with profiles are for docker compose --profile; it is not deployed",
  ],
  [
    "ports: ['127.0.0.1:8080:80']",
    "ports/#1: warning: Swarm cannot publish on 127.0.0.1 only and would open the port on every address; it is not published",
  ],
  [
    "volumes: ['/srv:/srv']",
    "volumes/#1: warning: /srv must be there on every node that may run it; tasks fail where it is not",
  ],
  [
    "healthcheck: {start_interval: 1s}",
    "healthcheck/start_interval: warning: Docker 20.10 ignores it; interval holds from the start",
  ],
  ["environment: {A: '$UNSET'}", "environment/A: warning: variable UNSET is not set in .env: it is empty"],
])("warns: services: {web: {%s}}", (keys, warning) => {
  const result = web(`image: x, ${keys}`);
  expect(result.errors).toEqual([]);
  expect(result.warnings.map((line) => line.replace(/^docker-compose.yml:2:\d+ services\/web\//, ""))).toEqual([
    warning,
  ]);
});

test("all mistakes are said in one go, in the order of the file", () => {
  const { errors, warnings } = render(`services:
  web:
    image: x
    prots: [80]
    container_name: web
  db:
    imgae: y
`);
  expect(errors.map((line) => line.split(" ")[0])).toEqual([`${FILE}:4:5`, `${FILE}:6:3`, `${FILE}:7:5`]);
  expect(warnings[0]).toMatch(/^docker-compose.yml:5:5 services\/web\/container_name: /);
});
