import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "../../lab/image/docker";
import { ensureNodeImage } from "../../lab/image/node-image";
import { nodeRunFlags } from "../../lab/image/run-flags";
import { cacheFolder } from "../../tools/paths";
import { eventually, notYet } from "../cluster/lab";

const name = `storm-boot-test-${process.pid}`;
const seed = mkdtempSync(join(tmpdir(), "storm-seed-"));
const inside = (...command: string[]) => docker(["exec", name, ...command]);

beforeAll(async () => {
  const { reference } = await ensureNodeImage({ cacheDir: cacheFolder(), report: () => undefined });
  writeFileSync(join(seed, "meta-data"), "instance-id: boot-test\n");
  const userData = "#cloud-config\nlocale: C.UTF-8\nwrite_files: [{path: /etc/storm/hello, content: from user-data}]\n";
  writeFileSync(join(seed, "user-data"), userData);
  const mount = `${seed}:/var/lib/cloud/seed/nocloud:ro`;
  await docker(["run", "--detach", "--name", name, ...nodeRunFlags(), "--volume", mount, reference]);
  await booted();
}, 900_000);

afterAll(async () => {
  await docker(["rm", "--force", "--volumes", name]);
  rmSync(seed, { recursive: true });
}, 60_000);

/** Waits for the end of the boot; systemd's bus is not there at its very beginning. */
async function booted(): Promise<void> {
  await eventually(120, "the boot", async () => {
    const state = await inside("sh", "-c", "systemctl is-system-running 2>&1 || true");
    return /^(running|degraded)/.test(state) ? state : notYet(state);
  });
}

describe("a booted node image", () => {
  test("runs every unit that it began", async () => {
    expect(await inside("systemctl", "--failed", "--plain", "--no-legend")).toBe("");
    expect(await inside("systemctl", "is-system-running")).toBe("running");
  });

  test("took its user-data", async () => {
    expect(await inside("cloud-init", "status")).toBe("status: done");
    expect(await inside("cat", "/etc/storm/hello")).toBe("from user-data");
  });

  test("starts no Docker engine by itself, but can run one on overlay2", async () => {
    expect(await inside("sh", "-c", "systemctl is-active docker.service docker.socket || true")).toBe(
      "inactive\ninactive",
    );
    await inside("systemctl", "start", "docker.service");
    expect(await inside("docker", "info", "--format", "{{.Driver}}")).toBe("overlay2");
  }, 60_000);

  test("has what the node's scripts call", async () => {
    const programs = [
      "consul",
      "wg",
      "wg-quick",
      "wireguard-go",
      "iptables",
      "nft",
      "dnsmasq",
      "haproxy",
      "curl",
      "jq",
    ];
    const others = ["python3", "openssl", "ip", "ping", "ps", "flock", "sshd"];
    await inside("which", ...programs, ...others);
    expect(await inside("consul", "version")).toContain("Consul v1.20.6");
  });

  test("reboots like a machine: with its files, and in seconds", async () => {
    await inside("touch", "/etc/storm/kept");
    await docker(["restart", name]);
    await booted();
    await inside("test", "-e", "/etc/storm/kept");
    expect(await inside("systemctl", "is-system-running")).toBe("running");
  }, 120_000);
});

test("the image holds no identity: it comes with the first boot", async () => {
  const { reference } = await ensureNodeImage({ cacheDir: cacheFolder(), report: () => undefined });
  const look = "ls /etc/ssh | grep -c ssh_host; wc -c </etc/machine-id";
  const found = await docker(["run", "--rm", "--entrypoint", "sh", reference, "-c", look]);
  expect(found.split("\n")).toEqual(["0", "0"]);
});
