import * as fs from "node:fs";
import * as path from "node:path";
import { bootFiles, userDataFiles } from "../../boot/boot-files";

const BOOT = path.join(__dirname, "..", "..", "boot");
const files = bootFiles();
const names = (list: { path: string }[]) => list.map((file) => path.basename(file.path));

test("every script and unit is a file of the node, with the content that it has here", () => {
  for (const script of fs.readdirSync(path.join(BOOT, "scripts")).filter((name) => name.startsWith("storm"))) {
    const file = files.find((each) => each.path === `/usr/local/lib/storm/${script}`);
    expect(file).toMatchObject({ mode: "0755", content: fs.readFileSync(path.join(BOOT, "scripts", script), "utf8") });
  }
  const units = files.filter((file) => file.path.startsWith("/etc/systemd/system/"));
  expect(units).toHaveLength(fs.readdirSync(path.join(BOOT, "units")).length);
  for (const unit of units) expect(unit).toMatchObject({ mode: "0644", units: [] });
});

test("a daemon's unit is restarted with its script, and a drop-in is where systemd looks for it", () => {
  const restarts = files.filter((file) => file.units?.length).map((file) => [path.basename(file.path), file.units]);
  expect(Object.fromEntries(restarts)).toEqual({
    "storm-dns": ["storm-dns.service"],
    "storm_controller.py": ["storm-controller.service"],
    "storm_credentials.py": ["storm-credentials.service", "storm-vpn.service"],
    "storm_forget.py": ["storm-controller.service"],
    "storm_joiner.py": ["storm-joiner.service"],
    "storm_lib.py": [
      "storm-registrator.service",
      "storm-joiner.service",
      "storm-controller.service",
      "storm-credentials.service",
      "storm-peers.service",
      "storm-vpn.service",
    ],
    "storm_peers.py": ["storm-peers.service", "storm-vpn.service"],
    "storm_registrator.py": ["storm-registrator.service"],
    "storm_vpn.py": ["storm-vpn.service"],
  });
  expect(files.map((file) => file.path)).toContain("/etc/systemd/system/docker.service.d/storm.conf");
});

test("user-data leaves out what the first remote command brings", () => {
  const there = new Set(names(userDataFiles(files)));
  expect(names(files).filter((name) => !there.has(name))).toEqual([
    "storm_acme.py",
    "storm_azure_dns.py",
    "storm_certificates.py",
    "storm_cluster.py",
    "storm_controller.py",
    "storm_convergence.py",
    "storm_credentials.py",
    "storm_elastic.py",
    "storm_forget.py",
    "storm_images.py",
    "storm_joiner.py",
    "storm_peers.py",
    "storm_registrator.py",
    "storm_rejoin.py",
    "storm_round_trips.py",
    "storm_stack.py",
    "storm_stacks.py",
    "storm_vpn.py",
    "storm-credentials.service",
    "storm-elastic.service",
    "storm-vpn.service",
  ]);
});
