import * as pulumi from "@pulumi/pulumi";
import { createRecords } from "../../components/dns/azure";
import type { Entry } from "../../components/site";
import { promiseOf, register } from "./support/mocks";

/** Records at Azure: names, kinds and what is refused. A zone that is looked up is in tests/previews. */

const dns = {
  provider: "azure" as const,
  zone: "example.com",
  create: true,
  ttl: 90,
  names: ["dev.example.com", "*.web.dev.example.com"],
};
const entry = (addresses: string[], hostName?: string): Entry => ({
  addresses: pulumi.output(addresses),
  ...(hostName === undefined ? {} : { hostName: pulumi.output(hostName) }),
  ports: pulumi.output<Record<string, number>>({ https: 443 }),
});
const recordsOf = (entries: Record<string, Entry>, more: object = {}, production = false) =>
  register(() =>
    createRecords({
      env: "dev",
      owner: "storm",
      production,
      dns: { ...dns, ...more },
      sites: Object.entries(entries).map(([name, each]) => ({
        site: { name, provider: "azure", region: "westeurope" },
        entry: each,
      })),
    }),
  );

test("each site has the same share, which its addresses divide; a host name will do", async () => {
  const { resources, result } = await recordsOf({
    azure: entry(["192.0.2.1"]),
    hosts: entry(["192.0.2.2", "192.0.2.3"]),
    aws: entry([], "lb.example.net"),
  });
  const profile = resources.find(({ type }) => type.endsWith(":Profile"));
  const endpoints = profile?.inputs["endpoints"] as { name: string; target: string; weight: number }[];
  expect(endpoints.map(({ name, target, weight }) => [name, target, weight])).toEqual([
    ["azure-192-0-2-1", "192.0.2.1", 1000],
    ["hosts-192-0-2-2", "192.0.2.2", 500],
    ["hosts-192-0-2-3", "192.0.2.3", 500],
    ["aws", "lb.example.net", 1000],
  ]);
  const records = resources.filter(({ type }) => type.endsWith(":RecordSet"));
  expect(records.map(({ inputs }) => [inputs["relativeRecordSetName"], inputs["recordType"]])).toEqual([
    ["*.web.dev", "CNAME"],
    ["dev", "CNAME"],
  ]);
  expect(await promiseOf(result.nameServers)).toEqual(["ns1-01.azure-dns.com."]);
});

test("the zone itself is an address, and cannot follow a host name", async () => {
  const zone = { zone: "dev.example.com", names: ["dev.example.com"] };
  const { resources } = await recordsOf({ azure: entry(["192.0.2.1"]) }, zone);
  expect(resources.find(({ type }) => type.endsWith(":RecordSet"))?.inputs).toMatchObject({
    relativeRecordSetName: "@",
    recordType: "A",
  });
  await expect(recordsOf({ aws: entry([], "lb.example.net") }, zone)).rejects.toThrow(
    "dev.example.com is Azure's whole zone and cannot lead to aws",
  );
});

test("a name outside the zone is one clear error", async () => {
  await expect(recordsOf({ azure: entry(["192.0.2.1"]) }, { zone: "example.org" })).rejects.toThrow(
    "dev.example.com is not in the zone example.org",
  );
});

test("a zone that was made is protected in production", async () => {
  const { resources } = await recordsOf({ azure: entry(["192.0.2.1"]) }, {}, true);
  expect(resources.filter(({ protect }) => protect).map(({ type }) => type)).toEqual(["azure-native:dns:Zone"]);
});
