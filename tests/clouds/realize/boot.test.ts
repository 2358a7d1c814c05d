/** A machine of the lab that really boots: user-data as a cloud is given it, the lab's authority, a network that survives a reboot. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Realizer } from "../../../lab/clouds/realize/realizer";
import {
  allow,
  fromVisitors,
  type Images,
  images,
  inside,
  machine,
  must,
  network,
  removeImages,
  until,
  world,
} from "./support";

jest.setTimeout(60_000);

const ADDRESS = "198.18.64.7";
const folder = join(mkdtempSync(join(tmpdir(), "storm-realize-boot-")), "lab");
const said: string[] = [];
let realizer: Realizer | undefined;
let made: Images | undefined;

const userData = `#cloud-config
locale: C.UTF-8
write_files: [{path: /etc/storm/hello, content: "from user-data"}]
runcmd: [[systemd-run, --unit=answers, python3, -m, http.server, --directory=/etc/storm, "80"]]
`;

const booted = () => inside("booted", "systemctl is-system-running --wait");
const startedAt = () => must("docker", "inspect", "-f", "{{.State.StartedAt}}", "storm-realtest-booted");

beforeAll(async () => {
  made = await images();
  realizer = new Realizer({ lab: "realtest", folder, image: made.machine, say: (line) => said.push(line) });
  realizer.watch();
  await realizer.apply(
    world({
      networks: [network("one", "10.0.0.0/16")],
      machines: [
        machine("booted", {
          ...{ network: "one", privateAddress: "10.0.0.4", publicAddress: ADDRESS, name: "Web_1", memoryMiB: 1024 },
          inbound: [allow("tcp", 80, "0.0.0.0/0")],
          userData: gzipSync(userData).toString("base64"),
          metaData: { "instance-id": "i-booted", "public-ipv4": ADDRESS },
          volumes: [{ id: "vol-boot", gib: 1, device: "/dev/disk/by-id/test-boot" }],
        }),
      ],
    }),
  );
  await until(120, "running", booted);
}, 900_000);

afterAll(async () => {
  await realizer?.destroy();
  if (made) await removeImages(made);
  rmSync(join(folder, ".."), { recursive: true });
}, 60_000);

test("cloud-init ran the user-data, and knows the cloud's words", async () => {
  expect(await inside("booted", "cloud-init status")).toBe("status: done");
  expect(await fromVisitors(`${ADDRESS}`, 80)).toContain("hello");
  expect(await inside("booted", "hostname")).toBe("web-1");
  expect(await inside("booted", "cloud-init query ds.meta_data.public-ipv4")).toBe(ADDRESS);
});

test("it believes the lab's authority and has its disk", async () => {
  const ca = "openssl verify -CAfile /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/storm-lab.crt";
  expect(await inside("booted", ca)).toContain(": OK");
  expect(
    await inside("booted", "test -x /usr/bin/lego && lsblk -bno SIZE $(readlink -f /dev/disk/by-id/test-boot)"),
  ).toBe(String(2 ** 30));
});

test("its size is its own", async () => {
  const limits = await must(
    "docker",
    "inspect",
    "-f",
    "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}",
    "storm-realtest-booted",
  );
  expect(limits).toBe(`1000000000 ${2 ** 30}`);
});

test("a reboot from inside brings the same machine back, with network, disk, and the name that it gave itself", async () => {
  const before = await startedAt();
  await inside("booted", "echo kept >/etc/storm/kept; echo renamed >/etc/hostname; systemctl reboot").catch(
    () => undefined,
  ); // it takes the shell along
  await until(60, true, async () => (await startedAt()) !== before);
  await until(120, "running", booted);
  expect(await inside("booted", "cat /etc/storm/kept && ls /dev/disk/by-id")).toBe("kept\ntest-boot");
  expect(await inside("booted", "hostname")).toBe("renamed");
  expect(await inside("booted", "ip -4 route show default")).toContain("via 169.254.254.1 dev eth0");
}, 200_000);

test("an announced end is an orderly one", async () => {
  await realizer?.stopMachine("booted", 30);
  expect((await realizer?.machines())?.map(({ state }) => state)).toEqual(["stopped"]);
  expect(await must("docker", "inspect", "-f", "{{.State.ExitCode}}", "storm-realtest-booted")).not.toBe("137");
}, 60_000);
