/** The lab's networks, rules, machines and what survives: with real namespaces and containers, whose machines answer without booting. */
import { spawn } from "node:child_process";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Realizer } from "../../../lab/clouds/realize/realizer";
import type { World } from "../../../lab/clouds/world";
import {
  allow,
  balancer,
  fromHere,
  fromMachine,
  fromVisitors,
  images,
  inside,
  LAB,
  machine,
  must,
  network,
  output,
  until,
  world,
} from "./support";

jest.setTimeout(60_000);

const A = "198.18.64.4";
const B = "198.18.64.5";
const C = "198.18.64.6";
const NAT = "198.18.65.1";
const BALANCER = "198.18.66.1";
const folder = join(mkdtempSync(join(tmpdir(), "storm-realize-")), "lab");

const a = machine("a", {
  network: "one",
  privateAddress: "10.0.1.4",
  publicAddress: A,
  inbound: [
    allow("tcp", 80, "0.0.0.0/0"),
    { allow: false, protocol: "tcp", ports: [81, 81], from: ["198.18.1.0/24"] },
    allow("tcp", 81, "0.0.0.0/0"),
    { allow: false, protocol: "any", ports: [0, 65535], from: ["0.0.0.0/0"] },
    allow("tcp", 82, "0.0.0.0/0"),
  ],
  userData: Buffer.from("#cloud-config\n{}\n").toString("base64"),
  metaData: { "instance-id": "i-a", "public-ipv4": A, placement: { region: "eu-test-1" } },
});
const b = machine("b", {
  network: "one",
  privateAddress: "10.0.1.5",
  publicAddress: B,
  inbound: [allow("tcp", 80, `${A}/32`), allow("tcp", 81, "10.0.0.0/16"), allow("udp", 51820, "0.0.0.0/0")],
});
const hidden = machine("hidden", {
  network: "one",
  privateAddress: "10.0.2.4",
  inbound: [allow("any", 80, "10.0.0.0/8")],
});
const natted = machine("natted", { network: "one", privateAddress: "10.0.2.5", natAddress: NAT });
const c = machine("c", {
  ...{ cloud: "azure-native", network: "two", privateAddress: "10.0.1.4", publicAddress: C },
  inbound: [allow("tcp", 80, "0.0.0.0/0"), allow("udp", 51820, `${A}/32`)],
});
const front = balancer("front", {
  ...{ network: "one", privateAddress: "10.0.1.9", publicAddress: BALANCER },
  inbound: [allow("tcp", 80, "0.0.0.0/0")],
  targets: ["a", "b"],
});
const networks = [network("one", "10.0.0.0/16"), network("two", "10.0.0.0/16")];
const all = world({ networks, machines: [a, b, c, hidden, natted], balancers: [front] });

const said: string[] = [];
let image = "";
let realizer: Realizer;
const fresh = () => new Realizer({ lab: LAB, folder, image, say: (line) => said.push(line) });
/** Everything of this lab that this machine shows. */
async function traces(): Promise<string[]> {
  const containers = await must("docker", "ps", "-a", "--filter", `label=storm.lab=${LAB}`, "--format", "{{.Names}}");
  const spaces = (await must("ip", "netns")).split("\n").filter((line) => line.includes(LAB));
  const links = (await must("ip", "link")).split("\n").filter((line) => /storm[0-9a-f]{10}/.test(line));
  const routes = await must("ip", "route", "show", "198.18.0.0/15");
  const loops = (await must("losetup", "-a")).split("\n").filter((line) => line.includes(folder));
  return [containers, ...spaces, ...links, routes, ...loops].filter((line) => line !== "");
}
beforeAll(async () => {
  ({ answering: image } = await images());
  realizer = fresh();
  realizer.watch();
  await realizer.apply(all);
  for (const id of ["a", "b", "c", "hidden", "natted"]) {
    await until(20, `${id} 127.0.0.1`, () => fromMachine(id, "127.0.0.1"));
  }
}, 600_000);

afterAll(async () => {
  await realizer.destroy();
  await output("docker", "rmi", image);
}, 120_000);

const udp = (id: string, address: string) =>
  inside(
    id,
    `python3 -c 'import socket; s = socket.socket(2, 2); s.settimeout(2); s.bind(("", 51821)); s.sendto(b"x", ("${address}", 51820)); print(s.recv(99).decode())' 2>&1 | tail -1`,
  );

describe("who reaches whom", () => {
  test("from the internet only what is allowed, the first rule that fits deciding", async () => {
    expect(await fromVisitors(A, 80)).toBe("a 198.18.1.10");
    expect(await fromVisitors(A, 81)).toBe("");
    expect(await fromVisitors(A, 82)).toBe("");
    expect(await fromVisitors(A, 83)).toBe("");
    expect(await fromVisitors(B, 80)).toBe("");
  });

  test("the admin network is a source of its own", async () => {
    expect(await fromHere(A, 81)).toBe("a 198.18.0.1");
    expect(await fromHere(A, 82)).toBe("");
  });

  test("two networks may have the same addresses", async () => {
    expect(await fromVisitors(C, 80)).toBe("c 198.18.1.10");
    expect(await fromMachine("a", C, 80)).toBe(`c ${A}`);
    expect(await fromMachine("a", "10.0.1.4", 80)).toBe("a 10.0.1.4");
  });

  test("by public addresses inside one network the sender's public one shows, as rules see it", async () => {
    expect(await fromMachine("a", B, 80)).toBe(`b ${A}`);
    expect(await fromMachine("a", B, 81)).toBe("");
    expect(await udp("a", B)).toBe(`b ${A}`);
  });

  test("by private addresses the private one shows, and rules hold there too", async () => {
    expect(await fromMachine("a", "10.0.1.5", 81)).toBe("b 10.0.1.4");
    expect(await fromMachine("a", "10.0.1.5", 80)).toBe("");
    expect(await fromMachine("a", "10.0.2.4", 80)).toBe("hidden 10.0.1.4");
  });

  test("UDP keeps its ports, as a mesh needs it", async () => {
    expect(await udp("a", C)).toBe(`c ${A}`);
    expect(await udp("b", C)).toContain("timed out");
  });

  test("without any address on the internet a machine does not get out; with a NAT gateway's it does", async () => {
    expect(await fromMachine("hidden", A, 80)).toBe("");
    expect(await fromMachine("natted", C, 80)).toBe(`c ${NAT}`);
    expect(await fromMachine("natted", A, 80)).toBe(`a ${NAT}`);
    expect(await fromVisitors(NAT, 80)).toBe("");
  });

  test("nobody speaks under another's address", async () => {
    await inside("hidden", "ip addr add 10.0.1.5/32 dev eth0");
    const spoofed = 'curl -s -m 2 --interface 10.0.1.5 http://10.0.1.4/ || echo "nothing"';
    expect(await inside("hidden", spoofed)).toBe("nothing");
    await inside("hidden", "ip addr del 10.0.1.5/32 dev eth0");
  });

  test("machines have the lab's resolver and their names", async () => {
    expect(await inside("a", "cat /etc/resolv.conf")).toBe("nameserver 198.18.0.53");
    expect(await inside("a", "getent ahostsv4 a | head -1")).toMatch(/^127\.0\.1\.1 /);
  });
});

describe("metadata", () => {
  const token = "-X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token";
  const get = (path: string) =>
    `curl -sf -m 5 -H "X-aws-ec2-metadata-token: $(curl -sf -m 5 ${token})" http://169.254.169.254/latest/${path}`;

  test("of AWS: to the machine, with a token only", async () => {
    expect(await inside("a", get("meta-data/public-ipv4"))).toBe(A);
    expect(await inside("a", get("meta-data/"))).toBe("instance-id\npublic-ipv4\nplacement/");
    expect(await inside("a", get("user-data"))).toBe("#cloud-config\n{}");
    expect(await inside("b", get("meta-data/instance-id"))).toBe("i-b");
    const without = "curl -s -m 5 -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/";
    expect(await inside("a", without)).toBe("401");
  });

  test("of Azure: its load balancer's public address", async () => {
    const url = "http://169.254.169.254/metadata/loadbalancer?api-version=2020-10-01";
    const answer = JSON.parse(await inside("c", `curl -sf -m 5 -H 'Metadata: true' '${url}'`)) as object;
    expect(answer).toMatchObject({ loadbalancer: { publicIpAddresses: [{ frontendIpAddress: C }] } });
    expect(await inside("c", `curl -s -m 5 '${url}'`)).toContain("Metadata");
  });

  test("never reaches a bridged container, which reaches everything else", async () => {
    const bridge = [
      "ip link add inner type bridge && ip addr add 172.30.0.1/24 dev inner && ip link set inner up",
      "unshare --net sleep 120 & sleep 0.3; pid=$!",
      "ip link add v0 type veth peer name eth0 netns $pid && ip link set v0 master inner up",
      'guest() { nsenter --net=/proc/$pid/ns/net "$@"; }',
      "guest ip addr add 172.30.0.2/24 dev eth0 && guest ip link set eth0 up && guest ip route add default via 172.30.0.1",
      "sysctl -qw net.ipv4.ip_forward=1 && nft add table ip t",
      "nft 'add chain ip t p { type nat hook postrouting priority 100; }' && nft add rule ip t p ip saddr 172.30.0.0/24 masquerade",
      `guest curl -s -m 3 http://${C}/; echo`,
      `guest curl -s -m 3 ${token} || echo refused`,
      "kill $pid",
    ];
    expect(await inside("a", bridge.join("\n"))).toBe(`c ${A}\nrefused`);
  });

  test("comes back when its process dies", async () => {
    const [pid] = (await must("ip", "netns", "pids", `storm-${LAB}-net-one`)).split("\n");
    process.kill(Number(pid), "SIGKILL");
    await until(20, "i-a", () => inside("a", get("meta-data/instance-id")));
    expect(said.join()).toContain("the metadata service of one ended (SIGKILL)");
  });
});

describe("a balancer", () => {
  test("sends to the targets that take connections", async () => {
    await until(10, "a 10.0.1.9", () => fromVisitors(BALANCER)); // b's rules keep it out
  });

  test("takes another configuration without an end; with nobody behind it, it hangs up at once", async () => {
    const started = await must("docker", "inspect", "-f", "{{.State.StartedAt}}", `storm-${LAB}-front`);
    await realizer.apply({ ...all, balancers: [{ ...front, proxyProtocol: true, targets: ["a"] }] });
    await until(10, "a 10.0.1.9 PROXY TCP4 198.18.1.10 10.0.1.9", async () =>
      (await fromVisitors(BALANCER)).replace(/ \d+ 80$/, ""),
    );
    await realizer.apply({ ...all, balancers: [{ ...front, targets: ["b"] }] });
    const code = () =>
      output("sh", "-c", `nsenter --net=${realizer.visitors} curl -s -m 3 http://${BALANCER}/; echo $?`);
    await until(10, "52", code); // an empty reply; 28 were no answer in time
    expect(await must("docker", "inspect", "-f", "{{.State.StartedAt}}", `storm-${LAB}-front`)).toBe(started);
    await realizer.apply(all);
  });
});

describe("machines", () => {
  const id = (name: string) => must("docker", "inspect", "-f", "{{.Id}}", `storm-${LAB}-${name}`);

  test("nothing changes when the same world comes again", async () => {
    const ids = await Promise.all(["a", "b", "c"].map(id));
    await realizer.apply(all);
    expect(await Promise.all(["a", "b", "c"].map(id))).toEqual(ids);
  });

  test("a restart brings the network back", async () => {
    await must("docker", "restart", "-t", "5", `storm-${LAB}-a`);
    await until(20, "a 198.18.1.10", () => fromVisitors(A));
    expect(await fromMachine("a", C)).toBe(`c ${A}`);
  });

  test("other user-data is for machines to come; another instance-id is another machine", async () => {
    const first = await id("c");
    await realizer.apply({ ...all, machines: [a, b, { ...c, userData: "#!/bin/sh\n" }, hidden, natted] });
    expect(await id("c")).toBe(first);
    const other = { ...c, metaData: { "instance-id": "i-other" } };
    await realizer.apply({ ...all, machines: [a, b, other, hidden, natted] });
    expect(await id("c")).not.toBe(first);
    await until(20, "c 198.18.1.10", () => fromVisitors(C));
    await realizer.apply(all);
    await until(20, "c 198.18.1.10", () => fromVisitors(C));
  });

  test("stop and kill leave a machine stopped; removed by hand it is gone, until the world says otherwise", async () => {
    const state = async (name: string) => (await realizer.machines()).find((each) => each.id === name)?.state;
    await realizer.stopMachine("b", 5);
    await realizer.kill("c");
    await realizer.kill("c");
    await must("docker", "rm", "-fv", `storm-${LAB}-natted`);
    await realizer.apply(all);
    expect([await state("a"), await state("b"), await state("c"), await state("natted")]).toEqual([
      ...["running", "stopped", "stopped", "gone"],
    ]);
    await realizer.apply({ ...all, machines: [a, hidden] });
    await realizer.apply(all);
    await until(20, `c ${NAT}`, () => fromMachine("natted", C));
  });

  test("rules and addresses change at once, without a new machine", async () => {
    const first = await id("c");
    const moved = { ...c, publicAddress: "198.18.64.99", inbound: [allow("tcp", 81, "0.0.0.0/0")] };
    await realizer.apply({ ...all, machines: [a, b, moved, hidden, natted] });
    expect(await fromVisitors(C, 80)).toBe("");
    expect(await fromVisitors("198.18.64.99", 80)).toBe("");
    expect(await fromVisitors("198.18.64.99", 81)).toBe("c 198.18.1.10");
    expect(await id("c")).toBe(first);
    await realizer.apply(all);
  });
});

describe("volumes", () => {
  const disk = { id: "vol-1", gib: 1, device: "/dev/disk/by-id/test-vol-1" };
  const withDisk = (of: string, more: Partial<World> = {}) => ({
    ...all,
    machines: all.machines.map((each) => (each.id === of ? { ...each, volumes: [disk] } : each)),
    ...more,
  });

  test("come under udev's path, live and after a restart; their data outlive the machine", async () => {
    await realizer.apply(withDisk("a"));
    await inside(
      "a",
      `mkfs.ext4 -q ${disk.device} && mount ${disk.device} /mnt && echo kept >/mnt/file && umount /mnt`,
    );
    expect(await inside("a", `blockdev --getsize64 ${disk.device}`)).toBe(String(2 ** 30));
    await must("docker", "restart", "-t", "5", `storm-${LAB}-a`);
    await until(20, "kept", () => inside("a", `mount ${disk.device} /mnt && cat /mnt/file`));
    await realizer.apply({ ...all, machines: [b, c, hidden, natted] });
    await realizer.apply(withDisk("b"));
    expect(await inside("b", `mount ${disk.device} /mnt && cat /mnt/file && umount /mnt`)).toBe("kept");
  });

  test("a machine that still mounts one keeps it, with an error; then it goes with the disk", async () => {
    await inside("b", `mount ${disk.device} /mnt`);
    await expect(realizer.apply(all)).rejects.toThrow("volume vol-1 is still mounted by the machine that had it");
    await inside("b", "umount /mnt");
    await realizer.apply({ ...all, volumes: [disk.id] });
    expect(await output("sh", "-c", "losetup -a | grep vol-1")).toBe("");
    expect(statSync(join(folder, "volumes/vol-1")).size).toBe(2 ** 30);
    expect(await output("docker", "exec", `storm-${LAB}-b`, "readlink", disk.device)).toBe("");
    await realizer.apply({ ...all, volumes: [] });
    expect(() => statSync(join(folder, "volumes/vol-1"))).toThrow("ENOENT");
  });
});

describe("after a crash", () => {
  test("a process killed in the middle leaves what the next one goes on with", async () => {
    await realizer.destroy();
    const child = join(__dirname, "child.ts");
    const input = join(folder, "..", "world.json");
    writeFileSync(input, JSON.stringify(all));
    for (const ms of [900, 1_500, 2_500]) {
      const args = ["--require", require.resolve("tsx/cjs"), child, LAB, folder, image, input];
      const killed = spawn(process.execPath, args, { stdio: "ignore" });
      const ended = new Promise((done) => killed.once("exit", done));
      await new Promise((done) => setTimeout(done, ms));
      killed.kill("SIGKILL");
      await ended;
    }
    realizer = fresh();
    realizer.watch();
    await realizer.apply(all);
    await until(20, "a 198.18.1.10", () => fromVisitors(A));
    await until(20, `c ${NAT}`, () => fromMachine("natted", C));
    await until(10, "a 10.0.1.9", () => fromVisitors(BALANCER));
    expect((await realizer.machines()).map(({ state }) => state)).toEqual(Array(5).fill("running"));
  }, 120_000);

  test("another lab is refused, by name", async () => {
    const other = new Realizer({ lab: "other", folder: `${folder}-other`, image, say: () => undefined });
    await expect(other.apply(world({}))).rejects.toThrow(`storm.lab=${LAB}`);
    await other.destroy();
  });

  test("destroy leaves nothing, and this machine's own rules were never touched", async () => {
    expect(await must("nft", "list", "ruleset")).not.toMatch(/198\.18\.|storm[0-9a-f]{10}/);
    const mounts = "{{range .Mounts}}{{.Name}} {{end}}";
    const volumes = (await must("docker", "inspect", "-f", mounts, `storm-${LAB}-a`, `storm-${LAB}-b`)).split(/\s+/);
    expect(volumes).toHaveLength(2);
    await realizer.destroy();
    expect(await traces()).toEqual([]);
    for (const volume of volumes) expect(await output("docker", "volume", "inspect", volume)).toBe(""); // an error
    await realizer.destroy();
  }, 60_000);
});
