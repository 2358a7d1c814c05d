/** Records of sites with a load balancer of AWS, and of sites with plain addresses. */
import * as pulumi from "@pulumi/pulumi";
import { createRecords } from "../../components/dns/route53";
import type { DnsPlan } from "../../plan/types";
import { type Registered, register } from "./support/mocks";

const DNS: DnsPlan = {
  provider: "route53",
  zone: "example.com",
  create: true,
  ttl: 60,
  names: ["prod.example.com", "*.web.prod.example.com"],
};
const ports = pulumi.output<Record<string, number>>({ https: 443, http: 80 });
const aws = {
  site: { name: "aws-eu-west-1", provider: "aws", region: "eu-west-1" } as const,
  entry: {
    addresses: pulumi.output<string[]>([]),
    hostName: pulumi.output("lb.example.net"),
    zoneId: pulumi.output("Z1"),
    ports,
  },
};
const plain = {
  site: { name: "digitalocean-fra1", provider: "digitalocean", region: "fra1" } as const,
  entry: { addresses: pulumi.output(["192.0.2.1", "192.0.2.2"]), ports },
};

let resources: Registered[];
beforeAll(async () => {
  ({ resources } = await register(
    () => createRecords({ env: "prod", owner: "storm", production: true, dns: DNS, sites: [aws, plain] }),
    { preview: true },
  ));
});

const of = (type: string) => resources.filter((each) => each.type.endsWith(`:${type}`));
const record = (name: string) => of("Record").find((each) => each.name === name)?.inputs;

test("a record for each name and site, all with the same weight", () => {
  expect(of("Record").map(({ name }) => name)).toEqual([
    "*.web.prod.example.com-aws-eu-west-1",
    "*.web.prod.example.com-digitalocean-fra1",
    "digitalocean-fra1-own",
    "prod.example.com-aws-eu-west-1",
    "prod.example.com-digitalocean-fra1",
  ]);
  for (const { name, inputs } of of("Record").filter((each) => !each.name.endsWith("-own")))
    expect([name, inputs["weightedRoutingPolicies"]]).toEqual([name, [{ weight: 100 }]]);
});

test("a load balancer of AWS is an alias that follows its targets' health", () => {
  expect(record("prod.example.com-aws-eu-west-1")).toMatchObject({
    setIdentifier: "aws-eu-west-1",
    aliases: [{ name: "lb.example.net", zoneId: "Z1", evaluateTargetHealth: true }],
  });
  expect(record("prod.example.com-aws-eu-west-1")).not.toHaveProperty("ttl");
});

test("plain addresses have a time to live, and a health check of their site's own name", () => {
  expect(record("prod.example.com-digitalocean-fra1")).toMatchObject({
    setIdentifier: "digitalocean-fra1",
    ttl: 60,
    records: ["192.0.2.1", "192.0.2.2"],
  });
  expect(record("digitalocean-fra1-own")).toMatchObject({ name: "digitalocean-fra1.site.prod.example.com" });
  expect(of("HealthCheck").map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({ type: "HTTP", resourcePath: "/", port: 80, tags: { owner: "storm", stack: "prod" } }),
  ]);
});

test("a zone of production is protected and not emptied by a destroy", () => {
  const [zone] = of("Zone");
  expect(zone).toMatchObject({ protect: true, inputs: { name: "example.com", forceDestroy: false } });
});
