import * as pulumi from "@pulumi/pulumi";
import { createRecords } from "../../components/dns/digitalocean";
import type { Entry } from "../../components/site";
import { promiseOf, register } from "./support/mocks";

/** Records at DigitalOcean: names, kinds and what is refused. A zone that is looked up is in tests/previews. */

const dns = {
  provider: "digitalocean" as const,
  zone: "example.com",
  create: true,
  ttl: 90,
  names: ["dev.example.com", "*.web.dev.example.com"],
};
const entryOf = (addresses: string[], more: Partial<Entry> = {}): Entry => ({
  addresses: pulumi.output(addresses),
  ports: pulumi.output<Record<string, number>>({ https: 443 }),
  ...more,
});
const siteNamed = (name: string) => ({ name, provider: "digitalocean" as const, region: "" });

const recordsOf = async (sites: { name: string; entry: Entry }[], names = dns.names, production = false) =>
  register(() =>
    createRecords({
      env: "dev",
      dns: { ...dns, names },
      production,
      sites: sites.map(({ name, entry }) => ({ site: siteNamed(name), entry })),
    }),
  );

test("an A record for each name and address", async () => {
  const { resources, result } = await recordsOf([
    { name: "one", entry: entryOf(["192.0.2.1"]) },
    { name: "two", entry: entryOf(["192.0.2.2", "192.0.2.3"], { addressCount: 2 }) },
  ]);
  const records = resources.filter(({ type }) => type.endsWith(":DnsRecord"));
  expect(
    records.map(({ name, inputs }) => [name, inputs["name"], inputs["type"], inputs["value"], inputs["ttl"]]),
  ).toEqual([
    ["*.web.dev.example.com/one", "*.web.dev", "A", "192.0.2.1", 90],
    ["*.web.dev.example.com/two", "*.web.dev", "A", "192.0.2.2", 90],
    ["*.web.dev.example.com/two/2", "*.web.dev", "A", "192.0.2.3", 90],
    ["dev.example.com/one", "dev", "A", "192.0.2.1", 90],
    ["dev.example.com/two", "dev", "A", "192.0.2.2", 90],
    ["dev.example.com/two/2", "dev", "A", "192.0.2.3", 90],
  ]);
  expect(await promiseOf(result.nameServers)).toEqual([
    "ns1.digitalocean.com",
    "ns2.digitalocean.com",
    "ns3.digitalocean.com",
  ]);
});

test("one site with a host name is a CNAME; the zone itself can be none, and none has another beside it", async () => {
  const named = { name: "aws", entry: entryOf([], { hostName: pulumi.output("lb.example.net") }) };
  const { resources } = await recordsOf([named], ["dev.example.com"]);
  expect(resources.find(({ type }) => type.endsWith(":DnsRecord"))?.inputs).toMatchObject({
    type: "CNAME",
    value: "lb.example.net.",
  });
  await expect(recordsOf([named], ["example.com"])).rejects.toThrow(
    "example.com is the zone itself, where no CNAME can be",
  );
  await expect(recordsOf([named, { name: "two", entry: entryOf(["192.0.2.2"]) }])).rejects.toThrow(
    "aws has no address but a host name",
  );
});

test("a zone that is made is protected in production", async () => {
  for (const production of [false, true]) {
    const { resources } = await recordsOf([], [], production);
    expect(resources.find(({ type }) => type.endsWith(":Domain"))?.protect).toBe(production);
  }
});
