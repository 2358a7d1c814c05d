/** What machines and their disks survive, with real containers that answer without booting; and that nothing is left of a lab. */
import { spawn } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Realizer } from "../../../lab/clouds/realize/realizer";
import type { World } from "../../../lab/clouds/world";
import { A, C, NAT, BALANCER, a, b, c, hidden, natted, all, stand, type Standing } from "./small-world";
import { allow, fromMachine, fromVisitors, inside, LAB, must, output, until, world } from "./support";

jest.setTimeout(60_000);

let standing: Standing;
beforeAll(async () => {
  standing = await stand();
}, 600_000);
afterAll(() => standing.end(), 120_000);

/** Everything of this lab that this machine shows. */
async function traces(): Promise<string[]> {
  const containers = await must("docker", "ps", "-a", "--filter", `label=storm.lab=${LAB}`, "--format", "{{.Names}}");
  const spaces = (await must("ip", "netns")).split("\n").filter((line) => line.includes(LAB));
  const links = (await must("ip", "link")).split("\n").filter((line) => /storm[0-9a-f]{10}/.test(line));
  const routes = await must("ip", "route", "show", "198.18.0.0/15");
  const loops = (await must("losetup", "-a")).split("\n").filter((line) => line.includes(standing.folder));
  return [containers, ...spaces, ...links, routes, ...loops].filter((line) => line !== "");
}
describe("machines", () => {
  const id = (name: string) => must("docker", "inspect", "-f", "{{.Id}}", `storm-${LAB}-${name}`);

  test("nothing changes when the same world comes again", async () => {
    const ids = await Promise.all(["a", "b", "c"].map(id));
    await standing.realizer.apply(all);
    expect(await Promise.all(["a", "b", "c"].map(id))).toEqual(ids);
  });

  test("a restart brings the network back", async () => {
    await must("docker", "restart", "-t", "5", `storm-${LAB}-a`);
    await until(20, "a 198.18.1.10", () => fromVisitors(A));
    expect(await fromMachine("a", C)).toBe(`c ${A}`);
  });

  test("other user-data is for machines to come; another instance-id is another machine", async () => {
    const first = await id("c");
    await standing.realizer.apply({ ...all, machines: [a, b, { ...c, userData: "#!/bin/sh\n" }, hidden, natted] });
    expect(await id("c")).toBe(first);
    const other = { ...c, metaData: { "instance-id": "i-other" } };
    await standing.realizer.apply({ ...all, machines: [a, b, other, hidden, natted] });
    expect(await id("c")).not.toBe(first);
    await until(20, "c 198.18.1.10", () => fromVisitors(C));
    await standing.realizer.apply(all);
    await until(20, "c 198.18.1.10", () => fromVisitors(C));
  });

  test("stop and kill leave a machine stopped; removed by hand it is gone, until the world says otherwise", async () => {
    const state = async (name: string) => (await standing.realizer.machines()).find((each) => each.id === name)?.state;
    await standing.realizer.stopMachine("b", 5);
    await standing.realizer.kill("c");
    await standing.realizer.kill("c");
    await must("docker", "rm", "-fv", `storm-${LAB}-natted`);
    await standing.realizer.apply(all);
    expect([await state("a"), await state("b"), await state("c"), await state("natted")]).toEqual([
      ...["running", "stopped", "stopped", "gone"],
    ]);
    await standing.realizer.apply({ ...all, machines: [a, hidden] });
    await standing.realizer.apply(all);
    await until(20, `c ${NAT}`, () => fromMachine("natted", C));
  });

  test("rules and addresses change at once, without a new machine", async () => {
    const first = await id("c");
    const moved = { ...c, publicAddress: "198.18.64.99", inbound: [allow("tcp", 81, "0.0.0.0/0")] };
    await standing.realizer.apply({ ...all, machines: [a, b, moved, hidden, natted] });
    expect(await fromVisitors(C, 80)).toBe("");
    expect(await fromVisitors("198.18.64.99", 80)).toBe("");
    expect(await fromVisitors("198.18.64.99", 81)).toBe("c 198.18.1.10");
    expect(await id("c")).toBe(first);
    await standing.realizer.apply(all);
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
    await standing.realizer.apply(withDisk("a"));
    await inside(
      "a",
      `mkfs.ext4 -q ${disk.device} && mount ${disk.device} /mnt && echo kept >/mnt/file && umount /mnt`,
    );
    expect(await inside("a", `blockdev --getsize64 ${disk.device}`)).toBe(String(2 ** 30));
    await must("docker", "restart", "-t", "5", `storm-${LAB}-a`);
    await until(20, "kept", () => inside("a", `mount ${disk.device} /mnt && cat /mnt/file`));
    await standing.realizer.apply({ ...all, machines: [b, c, hidden, natted] });
    await standing.realizer.apply(withDisk("b"));
    expect(await inside("b", `mount ${disk.device} /mnt && cat /mnt/file && umount /mnt`)).toBe("kept");
  });

  test("a machine that still mounts one keeps it, with an error; then it goes with the disk", async () => {
    await inside("b", `mount ${disk.device} /mnt`);
    await expect(standing.realizer.apply(all)).rejects.toThrow(
      "volume vol-1 is still mounted by the machine that had it",
    );
    await inside("b", "umount /mnt");
    await standing.realizer.apply({ ...all, volumes: [disk.id] });
    expect(await output("sh", "-c", "losetup -a | grep vol-1")).toBe("");
    expect(statSync(join(standing.folder, "volumes/vol-1")).size).toBe(2 ** 30);
    expect(await output("docker", "exec", `storm-${LAB}-b`, "readlink", disk.device)).toBe("");
    await standing.realizer.apply({ ...all, volumes: [] });
    expect(() => statSync(join(standing.folder, "volumes/vol-1"))).toThrow("ENOENT");
  });
});

describe("after a crash", () => {
  test("a process killed in the middle leaves what the next one goes on with", async () => {
    await standing.realizer.destroy();
    const child = join(__dirname, "child.ts");
    const input = join(standing.folder, "..", "world.json");
    writeFileSync(input, JSON.stringify(all));
    for (const ms of [900, 1_500, 2_500]) {
      const args = ["--require", require.resolve("tsx/cjs"), child, LAB, standing.folder, standing.image, input];
      const killed = spawn(process.execPath, args, { stdio: "ignore" });
      const ended = new Promise((done) => killed.once("exit", done));
      await new Promise((done) => setTimeout(done, ms));
      killed.kill("SIGKILL");
      await ended;
    }
    standing.another();
    await standing.realizer.apply(all);
    await until(20, "a 198.18.1.10", () => fromVisitors(A));
    await until(20, `c ${NAT}`, () => fromMachine("natted", C));
    await until(10, "a 10.0.1.9", () => fromVisitors(BALANCER));
    expect((await standing.realizer.machines()).map(({ state }) => state)).toEqual(Array(5).fill("running"));
  }, 120_000);

  test("another lab is refused, by name", async () => {
    const other = new Realizer({
      lab: "other",
      folder: `${standing.folder}-other`,
      image: standing.image,
      say: () => undefined,
    });
    await expect(other.apply(world({}))).rejects.toThrow(`storm.lab=${LAB}`);
    await other.destroy();
  });

  test("destroy leaves nothing, and this machine's own rules were never touched", async () => {
    expect(await must("nft", "list", "ruleset")).not.toMatch(/198\.18\.|storm[0-9a-f]{10}/);
    const mounts = "{{range .Mounts}}{{.Name}} {{end}}";
    const volumes = (await must("docker", "inspect", "-f", mounts, `storm-${LAB}-a`, `storm-${LAB}-b`)).split(/\s+/);
    expect(volumes).toHaveLength(2);
    await standing.realizer.destroy();
    expect(await traces()).toEqual([]);
    for (const volume of volumes) expect(await output("docker", "volume", "inspect", volume)).toBe(""); // an error
    await standing.realizer.destroy();
  }, 60_000);
});
