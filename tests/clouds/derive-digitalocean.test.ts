/** DigitalOcean's rules that the program's own deployment does not show, and zones of all clouds together. */
import { mergeZones } from "../../lab/clouds/derive/zones";
import type { DnsAnswer } from "../../lab/clouds/world";
import { digitaloceanPlugin } from "../../lab/plugins/digitalocean/plugin";
import type { ValueMap } from "../../lab/plugins/shared/values";
import { FakeLab } from "./support/fakes";
import { maker } from "./support/maker";

const fake = new FakeLab();
const make = maker(digitaloceanPlugin, fake);
const token = (type: string) => `digitalocean:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`;
const ocean = (type: string, name: string, inputs: ValueMap) => make(token(type), name, inputs);
const found = (name: string) => fake.lab.world.machines.find((each) => each.name === name);

let vpc: Awaited<ReturnType<typeof ocean>>;
beforeAll(async () => {
  await fake.listen();
  vpc = await ocean("Vpc", "net", { name: "net", region: "ams3" });
});
afterAll(() => fake.stop());

function droplet(name: string, tags: string[]) {
  const given = { name, region: "ams3", image: "ubuntu-24-04-x64", size: "s-1vcpu-1gb", vpcUuid: vpc.id, tags };
  return ocean("Droplet", name, { ...given, userData: "#cloud-config\n" });
}

test("every network without a range gets one of its own, and keeps it", async () => {
  const ranges = new Set<unknown>([vpc.state["ipRange"]]);
  for (let index = 0; index < 12; index += 1)
    ranges.add((await ocean("Vpc", `net-${index}`, { name: `net-${index}`, region: "ams3" })).state["ipRange"]);
  expect(ranges.size).toBe(13);
  expect(fake.lab.world.networks[0]?.cidr).toBe(vpc.state["ipRange"]);
});

test("a machine without a firewall is open; behind several, each may let in; by tag it is meant with both addresses", async () => {
  await droplet("open", []);
  await droplet("web", ["site", "web"]);
  const store = await droplet("store", ["site", "store"]);
  await ocean("Firewall", "site", {
    name: "site",
    tags: ["site"],
    inboundRules: [
      { protocol: "tcp", portRange: "22", sourceAddresses: ["198.18.0.1/32", "::/0"] },
      { protocol: "icmp", sourceAddresses: ["0.0.0.0/0"] },
    ],
  });
  await ocean("Firewall", "store", {
    name: "store",
    dropletIds: [Number(store.id)],
    inboundRules: [{ protocol: "udp", portRange: "1-65535", sourceTags: ["web"] }],
  });
  expect(found("open")?.inbound).toEqual([{ allow: true, protocol: "any", ports: [0, 65535], from: ["0.0.0.0/0"] }]);
  const ssh = { allow: true, protocol: "tcp", ports: [22, 22], from: ["198.18.0.1/32"] };
  expect(found("web")?.inbound).toEqual([ssh]);
  const web = [`${found("web")?.privateAddress}/32`, `${found("web")?.publicAddress}/32`];
  expect(found("store")?.inbound).toEqual([ssh, { allow: true, protocol: "udp", ports: [1, 65535], from: web }]);
});

test("a reserved address takes the place of a machine's own, which stays what the machine is told", async () => {
  const made = await droplet("manager", []);
  const own = found("manager")?.publicAddress;
  expect(made.state).toMatchObject({ ipv4Address: own, ipv4AddressPrivate: found("manager")?.privateAddress });
  const reserved = await ocean("ReservedIp", "address", { region: "ams3" });
  const ipAddress = reserved.state["ipAddress"] ?? null;
  await ocean("ReservedIpAssignment", "address", { ipAddress, dropletId: Number(made.id) });
  expect(found("manager")?.publicAddress).toBe(ipAddress);
  expect(found("manager")?.metaData).toMatchObject({ interfaces: { public: [{ ipv4: { ip_address: own } }] } });
});

test("several records of one name all go out", async () => {
  await ocean("Domain", "zone", { name: "example.org" });
  for (const value of ["198.18.64.1", "198.18.64.2"])
    await ocean("DnsRecord", value, { domain: "example.org", type: "A", name: "*.app", value, ttl: 60 });
  const answers = ["198.18.64.1", "198.18.64.2"].map((value) => ({ value, weight: 1 }));
  expect(fake.zones.find(({ name }) => name === "example.org")?.records).toEqual([
    { name: "*.app.example.org", type: "A", ttl: 60, choose: "all", answers },
  ]);
});

test("zones of one name are one; host names among addresses are resolved by any cloud's zone", () => {
  const record = (name: string, answers: DnsAnswer[]) =>
    ({ name, type: "A", ttl: 60, answers, choose: "one" }) as const;
  const check = { address: "lb.cloud.net", port: 443 };
  const merged = mergeZones([
    { name: "a.net", records: [record("x.a.net", [{ value: "lb.cloud.net.", weight: 100, check }])] },
    { name: "a.net", records: [record("y.a.net", [{ value: "nobody.net", weight: 1 }])] },
    {
      name: "cloud.net",
      records: [
        record("lb.cloud.net", [
          { value: "198.18.64.1", weight: 1 },
          { value: "198.18.64.2", weight: 1 },
        ]),
      ],
    },
  ]);
  expect(merged.map(({ name }) => name)).toEqual(["a.net", "cloud.net"]);
  expect(merged[0]?.records.map(({ answers }) => answers)).toEqual([
    ["198.18.64.1", "198.18.64.2"].map((value) => ({ value, weight: 50, check: { address: value, port: 443 } })),
    [],
  ]);
});
