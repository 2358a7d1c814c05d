import * as pulumi from "@pulumi/pulumi";
import { createRecords } from "../../components/dns/azure";
import type { Entry } from "../../components/site";
import { azurePlugin } from "../../lab/plugins/azure-native/plugin";
import type { ValueMap } from "../../lab/plugins/shared/values";
import { promiseOf, register, type Registered } from "./support/mocks";

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
  addressCount: addresses.length,
  ...(hostName === undefined ? {} : { hostName: pulumi.output(hostName) }),
  ports: pulumi.output<Record<string, number>>({ https: 443 }),
});
/** What the stand-in's check says to these inputs. */
const refused = (type: string, inputs: Record<string, unknown>) =>
  azurePlugin.resources[type]
    ?.check?.(inputs as ValueMap, { urn: "", name: "", config: {} })
    .map(({ reason }) => reason);
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

const inputsOf = (resources: Registered[], type: string) =>
  resources.filter((each) => each.type.endsWith(`:${type}`)).map(({ inputs }) => inputs);
const endpointsOf = (resources: Registered[]) => {
  const [profile] = inputsOf(resources, "Profile");
  const endpoints = profile?.["endpoints"] as { name: string; target: string; weight: number }[];
  return endpoints.map(({ name, target, weight }) => [name, target, weight]);
};

test("each site has the same share, which its addresses divide", async () => {
  const { resources, result } = await recordsOf({
    azure: entry(["192.0.2.1"]),
    hosts: entry(["192.0.2.2", "192.0.2.3"]),
  });
  expect(endpointsOf(resources)).toEqual([
    ["azure", "192.0.2.1", 1000],
    ["hosts", "192.0.2.2", 500],
    ["hosts-2", "192.0.2.3", 500],
  ]);
  // No alias record sets but for the zone itself: a profile can have 20 of them.
  const cname = { cname: "dev-example-com.trafficmanager.net" };
  expect(
    inputsOf(resources, "RecordSet").map(({ relativeRecordSetName, recordType, cnameRecord, targetResource }) => [
      relativeRecordSetName,
      recordType,
      cnameRecord,
      targetResource,
    ]),
  ).toEqual([
    ["*.web.dev", "CNAME", cname, undefined],
    ["dev", "CNAME", cname, undefined],
  ]);
  expect(await promiseOf(result.nameServers)).toEqual(["ns1-01.azure-dns.com."]);
});

test("beside a host name every address gets a name: Traffic Manager takes no mixture", async () => {
  const { resources } = await recordsOf({
    hosts: entry(["192.0.2.2", "192.0.2.3"]),
    aws: entry([], "lb.example.net"),
  });
  expect(endpointsOf(resources)).toEqual([
    ["hosts", "hosts.site.dev.example.com", 500],
    ["hosts-2", "hosts-2.site.dev.example.com", 500],
    ["aws", "lb.example.net", 1000],
  ]);
  const own = inputsOf(resources, "RecordSet").filter(({ recordType }) => recordType === "A");
  expect(own.map(({ relativeRecordSetName, aRecords }) => [relativeRecordSetName, aRecords])).toEqual([
    ["hosts-2.site.dev", [{ ipv4Address: "192.0.2.3" }]],
    ["hosts.site.dev", [{ ipv4Address: "192.0.2.2" }]],
  ]);
  expect(resources.find(({ type }) => type.endsWith(":Profile"))?.dependencies).toEqual(
    expect.arrayContaining(["hosts.site.dev.example.com", "hosts-2.site.dev.example.com"]),
  );
});

test.each<Record<string, Entry>>([
  { hosts: entry(["192.0.2.2", "192.0.2.3"]), aws: entry([], "lb.example.net") },
  { hosts: entry(["192.0.2.2"]) },
])("Azure takes it, as far as the stand-in knows (%#)", async (entries) => {
  const { resources } = await recordsOf(entries);
  for (const { type, inputs } of resources.filter((each) => /:(Profile|RecordSet)$/.test(each.type)))
    expect(refused(type, inputs)).toEqual([]);
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
