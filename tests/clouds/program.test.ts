/**
 * This repository's program on the real engine, against the lab's clouds: what its resources come to, what a refresh sees, how a cloud's
 * no reaches the user. The machines are names only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { obey } from "../../lab/clouds/commands";
import type { Endpoint, InboundRule, World } from "../../lab/clouds/world";
import { PreviewLab } from "../previews/lab";
import { onlyMachines } from "../previews/machines-program";
import { FakeLab } from "./support/fakes";

jest.setTimeout(600_000);

const STORM = `
Hostname: storm.example.com
network: {adminCidrs: [198.18.0.1/32]}
AWS:
  region: eu-west-1
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: data, count: 1, size: small, role: data, volume: 10GB}
    - {name: web, count: 2..5, size: small, role: worker}
Azure:
  region: westeurope
  pools:
    - {name: azure, count: 1, size: small, role: worker}
    - {name: store, count: 1, size: small, role: data, volume: 20GB}
    - {name: scale, count: 1..4, size: small, role: worker}
DigitalOcean:
  region: ams3
  pools:
    - {name: ocean, count: 2, size: small, role: worker}
    - {name: disks, count: 1, size: small, role: data, volume: 30GB}
    - {name: drops, count: 1..3, size: small, role: worker}
dns: {provider: route53, zone: example.com, create: true, ttl: 60}
`;
const ADMIN = "198.18.0.1";
const VISITOR = "198.18.1.7";

const fake = new FakeLab();
let engine: PreviewLab | undefined;
const up = () => started().up(STORM);

beforeAll(async () => {
  await fake.listen();
  process.env["STORM_LAB_SOCKET"] = fake.socket;
  engine = await PreviewLab.start(false);
  onlyMachines(engine);
  await engine.up(STORM);
  await fake.wait(2);
});
afterAll(() => {
  delete process.env["STORM_LAB_SOCKET"];
  engine?.stop();
  fake.stop();
});

function started(): PreviewLab {
  if (!engine) throw new Error("the lab did not start");
  return engine;
}

async function refresh(): Promise<void> {
  await (await started().stack("test")).refresh({ color: "never" });
}

/** Whether the first rule that fits lets this in. */
function letsIn({ inbound }: Endpoint, protocol: "tcp" | "udp", port: number, from: string): boolean {
  const fits = (rule: InboundRule) =>
    ["any", protocol].includes(rule.protocol) &&
    rule.ports[0] <= port &&
    port <= rule.ports[1] &&
    rule.from.some((cidr) => within(cidr, from));
  return inbound.find(fits)?.allow ?? false;
}

function within(cidr: string, address: string): boolean {
  const [network = "", prefix = ""] = cidr.split("/");
  const bits = (text: string) =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  return bits(network).slice(0, Number(prefix)) === bits(address).slice(0, Number(prefix));
}

/** Ports, of those that anything here listens on, that are open to an address: "tcp 443". */
function openTo(endpoint: Endpoint, from: string): string[] {
  const ports = [22, 53, 80, 443, 2376, 2377, 4789, 5000, 7946, 8300, 8301, 8500, 8501, 51820];
  const all = ports.flatMap((port) => [["tcp", port] as const, ["udp", port] as const]);
  return all.filter(([protocol, port]) => letsIn(endpoint, protocol, port, from)).map((each) => each.join(" "));
}

const byName = (world: World, name: string) => {
  const found = world.machines.find((machine) => machine.id.includes(`-${name}-`));
  if (!found) throw new Error(`no ${name} among ${world.machines.map(({ id }) => id).join(", ")}`);
  return found;
};

test("from the internet: 80 and 443 at load balancers, the mesh at nodes; from the admin network SSH, and managers' Docker", () => {
  const { machines, balancers } = fake.lab.world;
  expect(machines).toHaveLength(13);
  for (const machine of machines) {
    // Azure's load balancer passes packets on as they come: its nodes take from the world what it takes.
    const passed = machine.cloud === "azure-native" ? ["tcp 80", "tcp 443"] : [];
    expect([machine.id, openTo(machine, VISITOR)]).toEqual([machine.id, [...passed, "udp 51820"]]);
    const manager = machine.name.startsWith("managers-") ? ["tcp 2376", "tcp 8501"] : [];
    expect(openTo(machine, ADMIN)).toEqual(["tcp 22", ...passed, ...manager, "udp 51820"]);
  }
  expect(balancers.map((each) => openTo(each, VISITOR))).toEqual(balancers.map(() => ["tcp 80", "tcp 443"]));
});

test("a load balancer reaches every machine of its site, elastic ones too, and is in their rules", () => {
  const { machines, balancers } = fake.lab.world;
  for (const balancer of balancers) {
    const own = machines.filter(({ site }) => site === balancer.site);
    expect([...balancer.targets].sort()).toEqual(own.map(({ id }) => id).sort());
    for (const machine of own)
      expect(openTo(machine, balancer.privateAddress)).toEqual(expect.arrayContaining(["tcp 443"]));
  }
  expect(balancers.map(({ proxyProtocol }) => proxyProtocol)).toEqual([false, false, true]);
});

test("addresses are their networks' own, and nobody's twice", () => {
  const { machines, balancers, networks } = fake.lab.world;
  const all = [...machines, ...balancers];
  for (const { network, privateAddress } of all) {
    const cidr = networks.find(({ id }) => id === network)?.cidr ?? "";
    expect([cidr, privateAddress, within(cidr, privateAddress)]).toEqual([cidr, privateAddress, true]);
  }
  expect(new Set(all.map(({ network, privateAddress }) => `${network} ${privateAddress}`)).size).toBe(all.length);
  expect(new Set(all.map(({ publicAddress }) => publicAddress)).size).toBe(all.length);
  expect(all.every(({ publicAddress = "" }) => within("198.18.64.0/18", publicAddress))).toBe(true);
});

test("machines are told who they are in their cloud's words, where an elastic node looks for its address", () => {
  const { world } = fake.lab;
  const amazon = byName(world, "web");
  expect(amazon.metaData).toMatchObject({ "instance-id": expect.stringMatching(/^i-[0-9a-f]{17}$/) as string });
  expect(amazon.metaData["public-ipv4"]).toBe(amazon.publicAddress);
  const drop = byName(world, "drops");
  expect(drop.metaData).toMatchObject({ interfaces: { public: [{ ipv4: { ip_address: drop.publicAddress } }] } });
  const azure = byName(world, "scale");
  expect(azure.metaData).toMatchObject({
    imds: { network: { interface: [{ ipv4: { ipAddress: [{ privateIpAddress: azure.privateAddress }] } }] } },
  });
});

test("disks are where the user-data looks for them", () => {
  const { world } = fake.lab;
  const volumes = ["data", "store", "disks"].map((name) => byName(world, name).volumes[0]);
  const ebs = fake.store.resources.find(({ type }) => type === "aws:ebs/volume:Volume")?.id.replace("-", "");
  expect(volumes.map((volume) => [volume?.gib, volume?.device])).toEqual([
    [10, `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${ebs}`],
    [20, "/dev/disk/azure/scsi1/lun0"],
    [30, "/dev/disk/by-id/scsi-0DO_Volume_storm-test-disks-1"],
  ]);
  expect([...(world.volumes ?? [])].sort()).toEqual(volumes.map((volume) => volume?.id).sort());
});

test("the cluster's name has an answer for each site, whose ingress is asked; load balancers' own names are resolved", () => {
  const { balancers } = fake.lab.world;
  const records = fake.zones.flatMap((zone) => zone.records);
  const cluster = records.find(({ name }) => name === "test.storm.example.com");
  expect(cluster).toMatchObject({ type: "A", choose: "one" });
  const answers = balancers.map(({ publicAddress: value }) =>
    expect.objectContaining({ value, weight: 100, check: expect.objectContaining({ address: value }) as unknown }),
  );
  expect(cluster?.answers).toEqual(expect.arrayContaining(answers));
  // AWS's own load balancer is believed, what it says shows in whether it takes connections; others' ingress has to answer by HTTP.
  const asked = cluster?.answers.map(({ check }) => `${check?.port}${check?.path ?? ""}`);
  expect(asked?.sort()).toEqual(["443", "80/", "80/"]);
  // An alias of Route53 has its target's, whatever the record's is.
  expect(cluster?.answers.map(({ ttl }) => ttl).sort()).toEqual([60, undefined, undefined]);
  expect(fake.zones.map(({ name }) => name).sort()).toEqual(["elb.eu-west-1.amazonaws.com", "example.com"]);
});

test("an instance that is gone and a rule that was changed are seen by a refresh, and put right by the next up", async () => {
  const before = fake.lab.world;
  await obey(fake.lab, { do: "terminate", machine: "managers-2" });
  const rule = fake.store.resources.find(({ inputs }) => inputs["fromPort"] === 22)?.id ?? "";
  await obey(fake.lab, { do: "set", resource: rule, path: "cidrIpv4", value: "0.0.0.0/0" });
  expect(letsIn(byName(fake.lab.world, "managers-1"), "tcp", 22, VISITOR)).toBe(true);
  await refresh();
  // Droplets' user-data is plain text, with the node's host key in it.
  const state = readFileSync(join(started().folder, "state/.pulumi/stacks/storm/test.json"), "utf8");
  expect(state.includes("managers-1") && !state.includes("PRIVATE KEY")).toBe(true);
  const { resources } = await up();
  const changed = resources
    .filter(({ op, type }) => op !== "same" && type.startsWith("aws:"))
    .map(({ op, name }) => `${op} ${name}`);
  expect(changed).toEqual(expect.arrayContaining(["create managers-2"]));
  expect(changed.filter((each) => each.startsWith("update")).map((each) => each.split("-groups-")[1])).toEqual([
    "node-tcp-22-from-198.18.0.1-32",
  ]);
  const after = fake.lab.world;
  expect(letsIn(byName(after, "managers-1"), "tcp", 22, VISITOR)).toBe(false);
  // Another machine where its peers look for it.
  expect(byName(after, "managers-2").id).not.toBe(byName(before, "managers-2").id);
  expect(byName(after, "managers-2").publicAddress).toBe(byName(before, "managers-2").publicAddress);
  const again = await up();
  expect(again.resources.filter(({ op }) => op !== "same").map(({ urn }) => urn)).toEqual([]);
});

test("a refused machine is an error with provider, pool and node; throttled calls are made again, and the next up finishes", async () => {
  await obey(fake.lab, { do: "terminate", machine: "managers-3" });
  await refresh();
  await obey(fake.lab, { do: "quota", cloud: "aws", count: 3 });
  const error = await up().then(
    () => "no error",
    (caught: Error) => caught.message,
  );
  expect(error).toMatch(/AWS, pool managers, managers-3: InstanceLimitExceeded: .*limit/);
  await obey(fake.lab, { do: "quota", cloud: "aws" });
  await obey(fake.lab, { do: "throttle", cloud: "aws", count: 3 });
  await up();
  expect(fake.store.state.faults.throttle.aws).toBe(0);
  expect(fake.realizer.states.get(byName(fake.lab.world, "managers-3").id)).toBe("running");
});

test("a lost site is made anew by a refresh and an up, as other machines behind the same addresses", async () => {
  const before = byName(fake.lab.world, "ocean-1");
  await obey(fake.lab, { do: "lose", site: "digitalocean-ams3" });
  expect(fake.lab.world.balancers.map(({ site }) => site)).not.toContain("digitalocean-ams3");
  await fake.wait(8);
  expect(fake.realizer.states.get(before.id)).toBe("stopped");
  // In one run: load balancers of AWS and virtual machines of Azure come back under the very ids that the refresh found gone.
  await obey(fake.lab, { do: "lose", site: "aws-eu-west-1" });
  await (await started().stack("test")).up({ refresh: true, color: "never" });
  await fake.wait(2);
  const own = fake.lab.world.machines.filter(({ site }) => site === "digitalocean-ams3");
  expect(own.map(({ id }) => fake.realizer.states.get(id))).toEqual(["running", "running", "running", "running"]);
  expect(byName(fake.lab.world, "ocean-1").id).not.toBe(before.id);
  expect(fake.store.resources.filter(({ lost }) => lost)).toEqual([]);
});

test("destroy leaves nothing: no resource, machine, network, record or address", async () => {
  await (await started().stack("test")).destroy({ color: "never" });
  expect(fake.store.resources).toEqual([]);
  const { networks, machines, groups, balancers, zones } = fake.lab.world;
  expect([networks, machines, groups, balancers, zones]).toEqual([[], [], [], [], []]);
  expect(fake.store.state.members).toEqual({});
  expect([...fake.realizer.states]).toEqual([]);
});
