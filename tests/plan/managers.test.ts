import { regionOf, roundTripMs } from "../../plan/distance";
import { HOST_KEY, planOf } from "./plans";

function managersOf(text: string): string[] {
  return planOf(text).managers;
}

test.each([
  ["one node", "Local: [1, small]", ["local-1"]],
  ["two nodes", "Local: [2, small]", ["local-1"]],
  ["three nodes", "Local: [3, small]", ["local-1", "local-2", "local-3"]],
  ["five nodes", "Local: [5, small]", ["local-1", "local-2", "local-3"]],
  [
    "the seed's three sites, all near Virginia",
    "Azure: [5, Medium]\nAWS: [3, m3.medium]\nDigitalOcean: [2, 1G]",
    ["aws-1", "azure-1", "digitalocean-1"],
  ],
  ["two sites: the larger", "AWS: [3, small]\nAzure: [4, small]", ["azure-1", "azure-2", "azure-3"]],
  ["two small sites: one manager", "AWS: [2, small]\nAzure: [2, small]", ["aws-1"]],
])("%s", (_, text, managers) => {
  expect(managersOf(text)).toEqual(managers);
});

test("sites far from each other: three nodes of the largest", () => {
  const text = `
AWS: {region: ap-southeast-2, pools: [{name: sydney, count: 3}]}
Azure: {region: westeurope, pools: [{name: amsterdam, count: 4}]}
DigitalOcean: [2, small]
`;
  expect(managersOf(text)).toEqual(["amsterdam-1", "amsterdam-2", "amsterdam-3"]);
});

test("of many sites, the three nearest to each other", () => {
  const text = `
AWS:
  pools:
    - {name: virginia, count: 9, region: us-east-1}
    - {name: dublin, count: 1, region: eu-west-1}
    - {name: london, count: 1, region: eu-west-2}
    - {name: paris, count: 1, region: eu-west-3}
    - {name: frankfurt, count: 1, region: eu-central-1}
`;
  expect(managersOf(text)).toEqual(["frankfurt-1", "london-1", "paris-1"]);
});

test("named managers win, wherever they are", () => {
  const text = `
AWS: {pools: [{name: web, count: 9}, {name: quorum, count: 3, role: manager}]}
Azure: [3, small]
DigitalOcean: [3, small]
Hosts: [{address: 192.0.2.10, role: manager, hostKey: ${HOST_KEY}}, {address: 192.0.2.11, role: manager, hostKey: ${HOST_KEY}}]
`;
  expect(managersOf(text)).toEqual(["quorum-1", "quorum-2", "quorum-3", "host-192-0-2-10", "host-192-0-2-11"]);
});

test("workers, data, spot and elastic nodes are never chosen", () => {
  const text = `
AWS:
  pools:
    - {name: a-worker, count: 5, role: worker}
    - {name: b-data, count: 5, role: data}
    - {name: c-spot, count: 5, spot: true}
    - {name: d-elastic, count: 5..9}
    - {name: e-free, count: 3}
`;
  expect(managersOf(text)).toEqual(["e-free-1", "e-free-2", "e-free-3"]);
});

test("over the zones of a site, before two of one zone", () => {
  const text = `
AWS:
  region: eu-west-1
  pools:
    - {name: a, count: 3, zones: [eu-west-1a]}
    - {name: b, count: 3, zones: [eu-west-1b, eu-west-1c]}
`;
  expect(managersOf(text)).toEqual(["a-1", "b-1", "b-2"]);
});

test("a pool that grows moves no manager", () => {
  for (let count = 3; count < 40; count++) {
    expect(managersOf(`Local: [${count}, small]`)).toEqual(["local-1", "local-2", "local-3"]);
    expect(managersOf(`AWS: [${count}, small]`)).toEqual(["aws-1", "aws-2", "aws-3"]);
    expect(managersOf(`AWS: [${count}, small]\nAzure: [${count}, small]\nDigitalOcean: [3, small]`)).toEqual([
      "aws-1",
      "azure-1",
      "digitalocean-1",
    ]);
  }
});

test.each([
  [
    "Local: [1, small]",
    "One manager (local-1): while it is away, what runs goes on, and nothing can be started, moved or changed.",
  ],
  ["Local: [3, small]", "Survives the loss of any one of its 3 managers; not of this machine."],
  [
    "AWS: [3, small]",
    "Survives the loss of any one zone, or of any one of its 3 managers; not of the site aws-us-east-1.",
  ],
  ["DigitalOcean: [3, small]", "Survives the loss of any one of its 3 managers; not of the site digitalocean-nyc3."],
  [
    "AWS: [3, small]\nAzure: [3, small]\nDigitalOcean: [3, small]",
    "Survives the loss of any one site, or of any one of its 3 managers.",
  ],
  [
    "Local: {pools: [{name: m, count: 5, role: manager}]}",
    "Survives the loss of any 2 of its 5 managers; not of this machine.",
  ],
  [
    "AWS: {pools: [{name: a, count: 2, role: manager}]}\nDigitalOcean: {pools: [{name: b, count: 1, role: manager}]}",
    "Survives the loss of any one of its 3 managers; not of the site with the most managers.",
  ],
])("%s", (text, sentence) => {
  expect(planOf(text).survives).toBe(sentence);
});

describe("managers too far from each other, by estimate", () => {
  const named = (...regions: string[]) =>
    `AWS: {pools: [${regions.map((region, i) => `{name: m${i}, count: 1, role: manager, region: ${region}}`).join(", ")}]}`;

  test("are a warning with the figures and the way out, before any machine is there", () => {
    const { warnings } = planOf(named("us-east-1", "eu-west-1", "eu-west-2"));
    expect(warnings).toEqual([
      expect.stringMatching(
        /aws-eu-west-1 - aws-us-east-1 about \d+ ms, aws-eu-west-2 - aws-us-east-1 about \d+ ms; .* at most 50 ms/,
      ),
    ]);
    expect(warnings[0]).toContain("Put `role: manager` on sites near each other");
    expect(warnings[0]).not.toContain("aws-eu-west-1 - aws-eu-west-2");
  });

  test("are none where they are near, or where nobody knows how far", () => {
    expect(planOf(named("eu-west-1", "eu-west-2", "eu-central-1")).warnings).toEqual([]);
    const hosts = [10, 11].map((last) => `{address: 192.0.2.${last}, role: manager, hostKey: ${HOST_KEY}}`);
    expect(planOf(`${named("eu-west-1")}\nHosts: [${hosts.join(", ")}]`).warnings).toEqual([]);
  });
});

test("estimated round trips are near the measured ones of well-known pairs", () => {
  const between = (a: string, b: string): number => roundTripMs(regionOf("aws", a), regionOf("aws", b));
  const measured: [string, string, number][] = [
    ["eu-west-1", "eu-west-2", 11],
    ["eu-west-1", "eu-central-1", 25],
    ["us-east-1", "us-west-2", 65],
    ["us-east-1", "eu-west-1", 68],
    ["us-east-1", "us-east-2", 12],
    ["ap-southeast-1", "ap-northeast-1", 70],
    ["eu-central-1", "ap-southeast-2", 285],
  ];
  for (const [a, b, milliseconds] of measured) {
    expect({
      pair: `${a} ${b}`,
      off: between(a, b) / milliseconds < 1.6 && between(a, b) / milliseconds > 0.6,
    }).toEqual({ pair: `${a} ${b}`, off: true });
  }
  expect(roundTripMs(regionOf("local", ""), regionOf("aws", "eu-west-1"))).toBe(Infinity);
});
