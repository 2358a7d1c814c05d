/**
 * Machines that exist already, for real: node containers that boot as plain machines with an SSH key, and this repository's program
 * on the real engine against them. What needs images (registry, ingress) is left out.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { docker } from "../../lab/image/docker";
import { ensureNodeImage } from "../../lab/image/node-image";
import { nodeRunFlags } from "../../lab/image/run-flags";
import { cacheFolder } from "../../tools/paths";
import { eventually, notYet } from "../cluster/lab";
import { PreviewLab } from "../previews/lab";
import { SNAPSHOT } from "./host-snapshot";

const MINUTE = 60_000;
const id = `storm-hosts-${process.pid}`;
const inside = (name: string, script: string) => docker(["exec", `${id}-${name}`, "sh", "-c", script]);

/** A repository of packages on the machine itself: `brought`, which depends on `needed`. */
const REPOSITORY = `
mkdir -p /srv/packages && cd /srv/packages
for each in brought:needed needed:; do
  name=\${each%%:*}
  mkdir -p $name/DEBIAN
  printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n' $name >$name/DEBIAN/control
  [ -z "\${each#*:}" ] || echo "Depends: \${each#*:}" >>$name/DEBIAN/control
  dpkg-deb -b $name $name.deb >/dev/null
  { cat $name/DEBIAN/control; echo "Filename: ./$name.deb"; echo "Size: $(stat -c %s $name.deb)"
    echo "SHA256: $(sha256sum $name.deb | cut -d' ' -f1)"; echo; } >>Packages
done
echo 'deb [trusted=yes] file:/srv/packages ./' >/etc/apt/sources.list.d/packages.list
`;

describe("machines that exist already", () => {
  let lab: PreviewLab;
  let key: string;
  const entries: Record<string, string> = {};

  beforeAll(async () => {
    lab = await PreviewLab.start();
    const file = join(lab.folder, "id");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
    key = readFileSync(file, "utf8");
    const { reference } = await ensureNodeImage({ cacheDir: cacheFolder(), report: () => undefined });
    await docker(["network", "create", id]);
    await Promise.all(["a", "b"].map((name) => boot(name, reference, readFileSync(`${file}.pub`, "utf8").trim())));
  }, 5 * MINUTE);

  afterAll(async () => {
    for (const name of ["a", "b"]) await docker(["rm", "--force", "--volumes", `${id}-${name}`]).catch(() => undefined);
    await docker(["network", "rm", id]).catch(() => undefined);
    lab.stop();
  }, MINUTE);

  async function boot(name: string, image: string, publicKey: string): Promise<void> {
    const seed = join(lab.folder, name);
    mkdirSync(seed);
    const users = [
      { name: "root", ssh_authorized_keys: [publicKey] },
      { name: "guest", shell: "/bin/sh", ssh_authorized_keys: [publicKey] },
    ];
    writeFileSync(join(seed, "meta-data"), `instance-id: ${name}\n`);
    writeFileSync(join(seed, "user-data"), `#cloud-config\n${JSON.stringify({ disable_root: false, users })}\n`);
    const mounts = ["--volume", `${seed}:/var/lib/cloud/seed/nocloud:ro`];
    await docker(
      ["run", "--detach", "--name", `${id}-${name}`, "--hostname", `plain-${name}`, "--network", id].concat(
        nodeRunFlags(),
        mounts,
        image,
      ),
    );
    await eventually(120, `the boot of ${name}`, async () => {
      const state = await inside(name, "systemctl is-system-running 2>&1 || true");
      return /^(running|degraded)/.test(state) ? state : notYet(state);
    });
    const line = (await inside(name, "cat /etc/ssh/ssh_host_ed25519_key.pub")).trim();
    const format = `{{(index .NetworkSettings.Networks "${id}").IPAddress}}`;
    const address = (await docker(["inspect", "--format", format, `${id}-${name}`])).trim();
    entries[name] = `address: ${address}, hostKey: ${line}, name: node-${name}`;
  }

  async function stackOf(name: string, ...hosts: string[]): Promise<Stack> {
    lab.write("storm.yml", ["Hosts:", ...hosts.map((host) => `  - {${host}}`)]);
    const stack = await lab.stack(name);
    await stack.setAllConfig({
      "storm:file": { value: join(lab.folder, "storm.yml") },
      "storm:env": { value: "test" },
      "storm:hostsKey": { value: key, secret: true },
    });
    return stack;
  }

  /** `up` without what is named, and without what depends on it. */
  async function up(stack: Stack, ...without: string[]) {
    const exclude = without.map((name) => `**::${name}`);
    return stack.up({ color: "never", exclude, excludeDependents: true });
  }

  const WITHOUT_IMAGES = ["stack-registry", "stack-ingress"];

  test(
    "a check that fails names everything on every host, and changes nothing on any",
    async () => {
      await inside(
        "b",
        "systemd-run --unit=web -q python3 -m http.server 80; mkdir -p /etc/consul.d; echo >/etc/consul.d/x.hcl; sleep 1",
      );
      const before = await inside("a", SNAPSHOT);
      const stack = await stackOf("checked", entries["a"] ?? "", entries["b"] ?? "");
      const seen = await up(stack, ...WITHOUT_IMAGES).then(() => "", String);
      expect(seen).toContain("1 of 2 hosts cannot become nodes yet; nothing was changed on any host:");
      expect(seen).toContain("port 80/tcp is taken by python3: stop and disable it");
      expect(seen).toContain("has a Consul of its own (/etc/consul.d): remove it first");
      expect(seen).not.toContain("OPENSSH PRIVATE KEY");
      expect(await inside("a", SNAPSHOT)).toBe(before);
      await inside("b", "systemctl stop web; rm -r /etc/consul.d");
      const guest = await stackOf("checked", `${entries["a"]}, user: guest`);
      expect(await up(guest, ...WITHOUT_IMAGES).then(() => "", String)).toContain(
        "guest may not use sudo without a password",
      );
      await guest.destroy();
    },
    5 * MINUTE,
  );

  test(
    "a birth that fails is taken back: no destroy would know of it",
    async () => {
      const folder = "/etc/systemd/system/docker.service.d";
      const unit = "[Service]\\nExecStartPre=/bin/false\\n";
      await inside("a", `mkdir ${folder} && printf '${unit}' >${folder}/own.conf && systemctl daemon-reload`);
      const before = await inside("a", SNAPSHOT);
      const stack = await stackOf("half", entries["a"] ?? "");
      expect(await up(stack, ...WITHOUT_IMAGES).then(() => "", String)).toMatch(
        /node-a .*docker\.service.*the machine is as it was before/s,
      );
      expect(await inside("a", SNAPSHOT)).toBe(before);
      await inside("a", `rm -r ${folder} && systemctl daemon-reload`);
    },
    5 * MINUTE,
  );

  test(
    "a host becomes a cluster, a second up changes nothing, destroy leaves it as it was",
    async () => {
      await inside("a", REPOSITORY);
      const before = await inside("a", SNAPSHOT);
      const stack = await stackOf("whole", entries["a"] ?? "");
      await up(stack, ...WITHOUT_IMAGES);
      expect(await inside("a", "docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'")).toBe(
        "node-a Ready Leader",
      );
      const again = await up(stack, ...WITHOUT_IMAGES);
      expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
      const state = readFileSync(join(lab.folder, "state/.pulumi/stacks/storm/whole.json"), "utf8");
      expect(state.includes("storm:hosts:Host") && !state.includes("OPENSSH PRIVATE KEY")).toBe(true);
      expect(await inside("a", "systemctl is-active storm-certificates.timer storm-acme.timer")).toBe("active\nactive");
      // As storm-acme.service brings lego on some later day.
      await inside("a", "/usr/local/lib/storm/storm-install no-such-program:brought");
      expect(await inside("a", "dpkg-query -W -f '${Status}' brought needed")).toBe("install ok installed".repeat(2));
      await stack.destroy();
      expect(await inside("a", SNAPSHOT)).toBe(before);
    },
    6 * MINUTE,
  );

  test(
    "destroy ends, with a warning, when the host is off",
    async () => {
      const stack = await stackOf("dead", entries["b"] ?? "");
      await up(stack, "consul", "swarm", ...WITHOUT_IMAGES);
      expect(await inside("b", "hostname")).toBe("node-b");
      await docker(["kill", `${id}-b`]);
      const began = Date.now();
      const { stdout } = await stack.destroy({ color: "never" });
      expect(stdout).toMatch(/node-b .* was not restored: SSH does not answer/);
      expect(Date.now() - began).toBeLessThan(90_000);
    },
    6 * MINUTE,
  );
});
