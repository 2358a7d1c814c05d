/** Machines that exist already: what the engine plans for them, without asking one. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: PreviewLab;
let key: string;
let hostKey: string;
beforeAll(async () => {
  lab = await PreviewLab.start();
  const file = join(lab.folder, "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  key = readFileSync(file, "utf8");
  hostKey = readFileSync(`${file}.pub`, "utf8").trim();
});
afterAll(() => lab.stop());

const entry = (address: string, more = "") => `  - {address: ${address}, hostKey: ${hostKey}${more}}`;
const stormYml = (...lines: string[]) => ["Hosts:", ...lines, ""].join("\n");

test("a preview plans the check, then the hosts, and contacts nobody", async () => {
  let calls = 0;
  const sshd = createServer((socket) => {
    calls++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(sshd, "listening");
  const { port } = sshd.address() as { port: number };
  const text = stormYml(
    entry("127.0.0.1", `, port: ${port}, user: admin, role: manager, name: one`),
    entry("192.0.2.11", ", region: fra1"),
  );
  const { resources, messages } = await lab
    .preview(text, { secrets: { "storm:hostsKey": key } })
    .finally(() => sshd.close());
  expect(calls).toBe(0);
  expect(messages).toEqual([]);
  const ours = resources.filter(({ type }) => type.startsWith("storm:hosts:"));
  expect(ours.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
    "storm:hosts:Check hosts-check",
    "storm:hosts:Host host-192-0-2-11",
    "storm:hosts:Host one",
  ]);
  const [check, ...machines] = ours;
  // With secrets in its list of hosts the engine shows the mark, else the word alone.
  const shown = (value: unknown) => expect(JSON.stringify(value)).toContain("[secret]");
  shown(check?.inputs["privateKey"]);
  expect((check?.inputs["hosts"] as { name: string }[]).map(({ name }) => name)).toEqual(["host-192-0-2-11", "one"]);
  for (const { inputs } of machines) shown(inputs["privateKey"]);
  expect(JSON.stringify(resources)).not.toContain("OPENSSH PRIVATE KEY");
  // Whoever is not root becomes it.
  const commands = resources.filter(({ type }) => type === "command:remote:Command");
  const enrol = (name: string) => String(commands.find((each) => each.name === `enroll-${name}`)?.inputs["create"]);
  expect(enrol("one")).toMatch(/^sudo -n sh -c '.*storm_apply\.py enroll'$/);
  expect(enrol("host-192-0-2-11")).not.toContain("sudo");
});

test("names lead to every host: DNS without health checks is all that stands before them", async () => {
  const dns = "Hostname: storm.example.com\ndns: {provider: digitalocean, zone: example.com, create: true}\n";
  const { resources } = await lab.preview(dns + stormYml(entry("192.0.2.10"), entry("192.0.2.11")), {
    stack: "named",
    secrets: { "storm:hostsKey": key },
  });
  const records = resources.filter(({ type }) => type === "digitalocean:index/dnsRecord:DnsRecord");
  expect(records.map(({ name }) => name).sort()).toEqual([
    "storm.example.com/hosts",
    "storm.example.com/hosts/2",
    "test.storm.example.com/hosts",
    "test.storm.example.com/hosts/2",
  ]);
});

test("without the key it is one clear error", async () => {
  const { text } = await lab.failing(stormYml(entry("192.0.2.10")), { stack: "bare" });
  expect(text).toContain("stack config storm:hostsKey is missing");
  expect(text).not.toContain("    at ");
});

test("a key that is not secret is refused: the engine would show it", async () => {
  const { text } = await lab.failing(stormYml(entry("192.0.2.10")), {
    stack: "open",
    config: { "storm:hostsKey": key },
  });
  expect(text).toContain("stack config storm:hostsKey is not secret, so it is readable in Pulumi.open.yaml");
  expect(text).toContain("run `pulumi config set --secret storm:hostsKey < KEYFILE`");
});

test("an up against machines that do not answer names every one of them, once, and changes nothing", async () => {
  const seen = await lab
    .up(stormYml(entry("127.0.0.1", ", port: 1"), entry("127.0.0.2", ", port: 1, user: admin")), {
      stack: "dead",
      secrets: { "storm:hostsKey": key },
    })
    .then(() => "", String);
  expect(seen).toContain("2 of 2 hosts cannot become nodes yet; nothing was changed on any host:");
  expect(seen).toContain("host-127-0-0-1 (root@127.0.0.1): SSH does not answer at 127.0.0.1:1");
  expect(seen).toContain("host-127-0-0-2 (admin@127.0.0.2): SSH does not answer at 127.0.0.2:1");
  expect(seen).not.toContain("    at ");
});
