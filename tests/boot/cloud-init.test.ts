import { load } from "js-yaml";
import { bootFiles, userDataFiles } from "../../boot/boot-files";
import { unitsOf, userData } from "../../boot/cloud-init";
import { identity, TWO_POOLS } from "./support";

interface CloudConfig {
  [key: string]: unknown;
  write_files: { path: string; content: string; permissions: string }[];
  runcmd: string[][];
}

function config(name: string): { text: string; parsed: CloudConfig } {
  const text = userData({
    node: identity(TWO_POOLS, name, { address: "172.28.0.3" }),
    files: userDataFiles(bootFiles()),
    hostKey: { privateOpenssh: "PRIVATE", publicOpenssh: "ssh-ed25519 HOST" },
    authorizedKey: "ssh-ed25519 PROGRAM",
  });
  return { text, parsed: load(text) as CloudConfig };
}

const fileOf = (name: string, path: string) =>
  config(name).parsed.write_files.find((file) => file.path === path)?.content ?? "";

test("it is cloud-config by its first line, and YAML", () => {
  const { text, parsed } = config("web-1");
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  const { write_files, runcmd, ...rest } = parsed;
  expect(write_files.length).toBeGreaterThan(20);
  expect(runcmd).toHaveLength(4);
  expect(rest).toEqual({
    hostname: "web-1",
    manage_etc_hosts: false,
    locale: "C.UTF-8",
    disable_root: false,
    ssh_pwauth: false,
    // cloud-init makes no keys of its own beside the one that the program knows.
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: { ed25519_private: "PRIVATE", ed25519_public: "ssh-ed25519 HOST" },
    users: [{ name: "root", ssh_authorized_keys: ["ssh-ed25519 PROGRAM"] }],
  });
});

test("every file once, each with a mode in octal digits that YAML leaves a text", () => {
  const { write_files } = config("local-1").parsed;
  const paths = write_files.map((file) => file.path);
  expect(new Set(paths).size).toBe(paths.length);
  for (const { permissions } of write_files) expect(["0644", "0755"]).toContain(permissions);
});

test("its own files say who the node is", () => {
  expect(JSON.parse(fileOf("web-1", "/etc/storm/node.json"))).toEqual(
    identity(TWO_POOLS, "web-1", { address: "172.28.0.3" }),
  );
  expect(JSON.parse(fileOf("web-1", "/etc/consul.d/node.json"))).toMatchObject({ node_name: "web-1", server: false });
  expect(JSON.parse(fileOf("web-1", "/etc/docker/daemon.json"))).toHaveProperty("dns", ["169.254.1.1"]);
});

test("root logs in with a key only", () => {
  expect(fileOf("web-1", "/etc/ssh/sshd_config.d/storm.conf").split("\n")).toEqual([
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "MaxStartups 30:30:100",
    "X11Forwarding no",
    "",
  ]);
});

const EVERYWHERE = [
  "storm-boot",
  "storm-mesh",
  "storm-dns",
  "storm-volume",
  "docker",
  "consul",
  "storm-peers",
  "storm-registrator",
  "storm-joiner",
];
const named = (names: string[]) => names.map((name) => `${name}.service`);

test.each([
  ["local-1", [...EVERYWHERE, "storm-controller", "storm-docker-api"], ["storm-certificates", "storm-acme"]],
  ["web-1", EVERYWHERE, ["storm-certificates"]],
])("units of %s", (name, services, timers) => {
  expect(unitsOf(identity(TWO_POOLS, name))).toEqual([...named(services), ...timers.map((timer) => `${timer}.timer`)]);
});

test("boot installs, enables everything, starts what needs no secret, and waits for no cluster", () => {
  const { runcmd } = config("local-1").parsed;
  expect(runcmd).toEqual([
    ["/usr/local/lib/storm/storm-install"],
    ["systemctl", "daemon-reload"],
    ["systemctl", "enable", ...unitsOf(identity(TWO_POOLS, "local-1"))],
    ["systemctl", "start", "--no-block", ...named(["storm-boot", "storm-mesh", "storm-dns", "docker"])],
  ]);
});

test("every unit that is enabled is brought along, but for Docker's own", () => {
  const { write_files } = config("local-1").parsed;
  const brought = write_files.map((file) => file.path);
  for (const unit of unitsOf(identity(TWO_POOLS, "local-1")).filter((each) => each !== "docker.service")) {
    expect(brought).toContain(`/etc/systemd/system/${unit}`);
  }
  expect(brought).toContain("/etc/systemd/system/docker.service.d/storm.conf");
});

test("every script that runs before the enrolment is in user-data, and everything it imports", () => {
  const { write_files } = config("local-1").parsed;
  const scripts = new Map(
    write_files
      .filter((file) => file.path.startsWith("/usr/local/lib/storm/"))
      .map((file) => [file.path, file.content]),
  );
  const started = write_files
    .filter((file) => file.path.startsWith("/etc/systemd/system/"))
    // The others wait for their token or settings, which come with the script.
    .filter((file) => !/Condition\w+=\/etc\/storm\/(tokens|acme)\//.test(file.content))
    .flatMap((file) => [...file.content.matchAll(/\/usr\/local\/lib\/storm\/[\w.-]+/g)].map(([path]) => path));
  expect(started.length).toBeGreaterThan(2);
  for (const script of [...started, "/usr/local/lib/storm/storm-install"])
    expect([...scripts.keys()]).toContain(script);
  // storm_apply.py is the first remote command: it comes by user-data and brings what is missing.
  for (const script of [...started, "/usr/local/lib/storm/storm_apply.py"]) {
    const imports = [...(scripts.get(script) ?? "").matchAll(/^(?:from|import) (storm_\w+)/gm)];
    for (const [, module] of imports) expect([...scripts.keys()]).toContain(`/usr/local/lib/storm/${module}.py`);
  }
});
