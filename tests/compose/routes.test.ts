import { at, render, web } from "./support";

/** [keys of the service, host:port/path of each route, published ports] */
const CASES: [string, string[], unknown][] = [
  ["ports: ['8080:80']", ["web.shop.dev.storm.localhost:80/"], undefined],
  ["ports: [8080]", ["web.shop.dev.storm.localhost:8080/"], undefined],
  ["ports: ['80:3000', '443:8443']", ["web.shop.dev.storm.localhost:3000/"], undefined],
  ["ports: ['5432:5432']", [], [5432]],
  ["ports: ['5432:5432', '9000:8000']", ["web.shop.dev.storm.localhost:8000/"], [5432]],
  ["ports: ['8883:8883']", [], [8883]],
  ["ports: ['53:53/udp']", [], [53]],
  ["ports: [{target: 8080, published: 8080, mode: host}]", [], [8080]],
  ["ports: [{target: 7777, published: 7777, app_protocol: http}]", ["web.shop.dev.storm.localhost:7777/"], undefined],
  ["expose: [8080]", [], undefined],
  ["expose: [8080], labels: {storm.route: 'true'}", ["web.shop.dev.storm.localhost:8080/"], undefined],
  ["ports: ['8080:8080'], labels: {storm.route: 'false'}", [], [8080]],
  ["labels: ['storm.route.port=9999']", ["web.shop.dev.storm.localhost:9999/"], undefined],
  [
    "ports: ['80:80'], labels: {storm.route.host: shop, storm.route.path: /api}",
    ["shop.shop.dev.storm.localhost:80/api"],
    undefined,
  ],
  [
    "ports: ['80:80'], deploy: {labels: {storm.route.host: 'a, b'}}",
    ["a.shop.dev.storm.localhost:80/", "b.shop.dev.storm.localhost:80/"],
    undefined,
  ],
  ["ports: ['127.0.0.1:8080:80']", [], undefined],
];

test.each(CASES)("%s", (keys, routes, published) => {
  const result = web(`image: x, ${keys}`);
  expect(result.errors).toEqual([]);
  expect(result.routes.map(({ host, port, path }) => `${host}:${port}${path}`)).toEqual(routes);
  const ports = at(result, "services", "web", "ports") as { published: number }[] | undefined;
  expect(ports?.map((port) => port.published)).toEqual(published);
});

test("labels go to the container, for the registrator, with every port it listens on", () => {
  const result = web(
    "image: x, ports: ['80:80', '5432:5432'], expose: [9999, '53/udp'], labels: {storm.route.path: /a, mine: 1}",
  );
  expect(at(result, "services", "web", "labels")).toEqual({
    mine: "1",
    "storm.expose": "80,5432,9999,53/udp",
    "storm.route.host": "web.shop.dev.storm.localhost",
    "storm.route.port": "80",
    "storm.route.path": "/a",
  });
});

test("underscores become dashes; two services at one address are an error", () => {
  expect(render("services: {my_web: {image: x, ports: [80]}}").routes[0]?.host).toBe("my-web.shop.dev.storm.localhost");
  expect(render("services: {my_web: {image: x, ports: [80]}, my-web: {image: x, ports: [80]}}").errors).toEqual([
    "docker-compose.yml:1:45 services/my-web: would answer at https://my-web.shop.dev.storm.localhost/, as my_web does; give one of them another storm.route.host",
  ]);
});

test("80 and 443 of the nodes are the ingress's", () => {
  expect(web("image: x, ports: ['443:8443']").errors).toEqual([
    "docker-compose.yml:2:27 services/web/ports/#1: port 443 of the nodes is the ingress's; name the port that speaks plain HTTP with label storm.route.port, or publish another",
  ]);
  expect(web("image: x, ports: [{target: 80, published: 80, mode: host}]").errors).toHaveLength(1);
});

test("a name that the stack's certificate does not cover is a warning", () => {
  const warnings = (host: string): number =>
    web(`image: x, ports: [80], labels: {storm.route.host: ${host}}`, { ownNames: ["storm.localhost"] }).warnings
      .length;
  expect(warnings("a.shop.dev.storm.localhost")).toBe(0);
  expect(warnings("a.b.shop.dev.storm.localhost")).toBe(1);
  expect(warnings("www.example.com")).toBe(1);
  // The cluster's own certificate does.
  expect(warnings("storm.localhost")).toBe(0);
});
