/** What a lab's clouds do by themselves and when they are told to, with machines that are names only. */
import { obey } from "../../lab/clouds/commands";
import { statusLines, statusOf } from "../../lab/clouds/status";
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import { FakeLab } from "./support/fakes";
import { maker, smallAws } from "./support/maker";

let fake: FakeLab;
let aws: Awaited<ReturnType<typeof smallAws>>;
beforeEach(async () => {
  fake = new FakeLab();
  await fake.listen();
  aws = await smallAws(maker(awsPlugin, fake));
});
afterEach(() => fake.stop());

const machines = () => fake.lab.world.machines;
const find = (name: string) => machines().find((machine) => machine.name === name)?.id ?? `no ${name}`;
const group = () => fake.lab.world.groups[0]?.id ?? "";
const web = () => machines().filter((machine) => machine.group === group());
const state = (id: string) => fake.realizer.states.get(id);

test("routes and security groups: who has an address, how the others get out, who is let in", () => {
  const [bastion, node] = [find("bastion"), find("node")].map((id) => machines().find((machine) => machine.id === id));
  expect(bastion).toMatchObject({ publicAddress: aws.bastion.address, site: "aws-eu-west-1" });
  expect(bastion?.natAddress).toBeUndefined();
  expect(bastion?.inbound).toEqual([{ allow: true, protocol: "tcp", ports: [22, 22], from: ["198.18.0.1/32"] }]);
  // An elastic address behind a NAT gateway reaches nobody.
  expect(node?.publicAddress).toBeUndefined();
  expect(node?.natAddress).toBe(aws.nat);
  expect(node?.inbound[0]?.from).toEqual([`${bastion?.privateAddress}/32`]);
});

test("a group comes to its size, and its machines are in the rules of their security group", async () => {
  await fake.wait(1);
  expect(web()).toHaveLength(2);
  const peers = [find("node"), ...web().map(({ id }) => id)].map((id) => machines().find((each) => each.id === id));
  const rule = peers[0]?.inbound.find(({ ports }) => ports[0] === 8501);
  expect([...(rule?.from ?? [])].sort()).toEqual(peers.map((each) => `${each?.privateAddress}/32`).sort());
  // As large as the lab allows.
  expect(web()[0]?.memoryMiB).toBe(2048);
});

test("a size by hand is followed up and down; who goes is told first, the oldest before the others", async () => {
  await fake.wait(1);
  const oldest = web().map(({ id }) => id);
  expect(await obey(fake.lab, { do: "size", group: "site/web", machines: 4 })).toContain("is to have 4 machines");
  await fake.wait(1);
  expect(web()).toHaveLength(4);
  await obey(fake.lab, { do: "size", group: group(), machines: 2 });
  await fake.wait(2);
  expect(fake.realizer.done).toEqual(oldest.map((id) => `stop ${id} in 90`));
  expect(web()).toHaveLength(2);
  expect(web().map(({ id }) => id)).not.toEqual(expect.arrayContaining(oldest));
  // No group is larger than its program allows.
  await obey(fake.lab, { do: "size", group: group(), machines: 9 });
  expect(fake.lab.world.groups[0]?.desired).toBe(5);
});

test("a dead machine of a group is replaced after five seconds, by another one with today's template", async () => {
  await fake.wait(1);
  const [dead, other] = web().map(({ id }) => id);
  await maker(awsPlugin, fake)("aws:ec2/launchTemplate:LaunchTemplate", "web", {
    ...{ name: "web", imageId: "ami-1", instanceType: "t3.small", userData: "c2Vjb25k" },
  });
  await obey(fake.lab, { do: "kill", machine: dead ?? "" });
  await fake.wait(5);
  expect(web().map(({ id }) => id)).toContain(dead);
  await fake.wait(2);
  expect(web()).toHaveLength(2);
  expect(web().map(({ id }) => id)).not.toContain(dead);
  const born = Object.fromEntries(web().map(({ id, userData }) => [id, userData]));
  expect(born[other ?? ""]).toBe("Zmlyc3Q=");
  expect(Object.values(born).sort()).toEqual(["Zmlyc3Q=", "c2Vjb25k"]);
});

test("a daemon that was killed goes on where it was: members, sizes, addresses, who is to be off", async () => {
  await obey(fake.lab, { do: "size", group: group(), machines: 3 });
  await fake.wait(1);
  await obey(fake.lab, { do: "kill", machine: "bastion" });
  const before = structuredClone(machines());
  fake.restart();
  await fake.lab.run();
  await fake.wait(1);
  expect(machines()).toEqual(before);
  // Somebody starts its container past the lab.
  fake.realizer.states.set(find("bastion"), "running");
  await fake.wait(1);
  expect(state(find("bastion"))).toBe("stopped");
  await obey(fake.lab, { do: "start", machine: "bastion" });
  await fake.wait(1);
  expect(state(find("bastion"))).toBe("running");
});

test("one that was shutting down when the daemon was killed is told again", async () => {
  await fake.wait(1);
  const [oldest] = web();
  await obey(fake.lab, { do: "size", group: group(), machines: 2 });
  const members = fake.store.state.members[group()] ?? [];
  if (members[0]) members[0].retiring = true;
  fake.store.save();
  fake.restart();
  await fake.lab.run();
  await fake.wait(2);
  expect(fake.realizer.done).toEqual([`stop ${oldest?.id} in 90`]);
  expect(web()).toHaveLength(2);
});

test("a machine that dies at its boot is an error in the cloud's words, gone after it, and the next one lives", async () => {
  await obey(fake.lab, { do: "boot", cloud: "aws", pool: "late", count: 1 });
  await expect(aws.machine("late")).rejects.toThrow(
    /^AWS, pool late, late: waiting for EC2 Instance \(i-.*Internal error on launch/,
  );
  expect(machines().map(({ name }) => name)).not.toContain("late");
  await aws.machine("late");
  expect(state(find("late"))).toBe("running");
});

test("a machine of a group that dies at its boot is replaced", async () => {
  await obey(fake.lab, { do: "boot", cloud: "aws", pool: "web", count: 2 });
  await fake.wait(2);
  expect(web().map(({ id }) => state(id))).toEqual(["stopped", "stopped"]);
  await fake.wait(8);
  expect(web().map(({ id }) => state(id))).toEqual(["running", "running"]);
});

test("a quota holds for machines and groups alike", async () => {
  await obey(fake.lab, { do: "quota", cloud: "aws", count: 3 });
  await fake.wait(3);
  expect(machines()).toHaveLength(3);
  await expect(aws.machine("late")).rejects.toThrow(/^AWS, pool late, late: InstanceLimitExceeded/);
  await obey(fake.lab, { do: "quota", cloud: "aws" });
  await fake.wait(1);
  expect(web()).toHaveLength(2);
});

test("a lost site is dead and denied; restored, its machines run again and its group is filled anew", async () => {
  await fake.wait(1);
  const members = web().map(({ id }) => id);
  expect(await obey(fake.lab, { do: "lose", site: "aws-eu-west-1" })).toBe(
    "aws-eu-west-1 is lost: 5 machines, groups and load balancers",
  );
  await fake.wait(8);
  expect(machines().map(({ id }) => state(id))).toEqual(["stopped", "stopped"]);
  expect(fake.lab.world.groups).toEqual([]);
  const lost = fake.store.resources.find(({ name, type }) => name === "node" && type.includes("instance:"));
  expect(lost && fake.lab.get(lost)).toBeUndefined();
  await obey(fake.lab, { do: "restore", site: "aws-eu-west-1" });
  await fake.wait(2);
  expect(machines().map(({ id }) => state(id))).toEqual(["running", "running", "running", "running"]);
  expect(web().map(({ id }) => id)).not.toEqual(expect.arrayContaining(members));
  expect(lost && fake.lab.get(lost)?.id).toBe(aws.node.id);
});

test("a machine of one's own is on the internet until it is taken away, and nothing that clouds do concerns it", async () => {
  const asked = { do: "own", machine: "house-1", authorizedKey: "ssh-ed25519 AAAA" } as const;
  await obey(fake.lab, { do: "quota", cloud: "aws", count: 0 });
  await obey(fake.lab, asked);
  const house = () => machines().find(({ name }) => name === "house-1");
  const hostKey = async () => (await statusOf(fake.lab)).machines.find(({ name }) => name === "house-1")?.hostKey;
  const [before, key] = [house(), await hostKey()];
  expect(before).toMatchObject({ site: "own", publicAddress: expect.stringMatching(/^198\.18\./) as string });
  expect(before?.inbound.filter(({ from }) => from[0] === "0.0.0.0/0").map(({ ports }) => ports[0])).toEqual([
    80, 443, 51820,
  ]);
  expect(JSON.parse(before?.userData.replace("#cloud-config\n", "") ?? "")).toMatchObject({
    users: [{ name: "root", ssh_authorized_keys: ["ssh-ed25519 AAAA"] }],
    ssh_keys: { ed25519_public: key },
  });
  // Asked for once more, and after the daemon was killed, it is the same one.
  await obey(fake.lab, asked);
  fake.restart();
  await fake.lab.run();
  expect(house()).toEqual(before);
  await obey(fake.lab, { do: "lose", site: "own" });
  expect(state("own-house-1")).toBe("stopped");
  await obey(fake.lab, { do: "restore", site: "own" });
  expect(state("own-house-1")).toBe("running");
  await expect(obey(fake.lab, { ...asked, machine: "House 1" })).rejects.toThrow("House 1 is no name for a machine");
  expect(fake.lab.world.networks.map(({ id }) => id)).toContain("own");
  await obey(fake.lab, { do: "terminate", machine: "house-1" });
  expect(house()).toBeUndefined();
  expect(fake.lab.world.networks.map(({ id }) => id)).not.toContain("own");
});

test("what cannot be made real is told to whom it concerns, and tried again", async () => {
  fake.realizer.failure = "machine aws-other-1: no memory";
  await aws.machine("late");
  fake.realizer.failure = "nft: no such table";
  await expect(aws.machine("later")).rejects.toThrow("nft: no such table");
  expect((await statusOf(fake.lab)).failure).toBe("nft: no such table");
  await fake.wait(1);
  expect((await statusOf(fake.lab)).failure).toBe("");
  expect(fake.said).toEqual(expect.arrayContaining(["machine aws-other-1: no memory", "nft: no such table"]));
});

test("the status has everything; a name that is nobody's or two machines' is an error", async () => {
  await fake.wait(1);
  const lines = statusLines(await statusOf(fake.lab)).join("\n");
  expect(lines).toContain("aws-eu-west-1: network aws-vpc-");
  expect(lines).toContain(`${find("bastion")}: running, `);
  expect(lines).toContain(`${group()}: 2 of 2 machines (2 to 5)`);
  await expect(obey(fake.lab, { do: "kill", machine: "nobody" })).rejects.toThrow(
    /there is no machine nobody; there are: aws-/,
  );
});
