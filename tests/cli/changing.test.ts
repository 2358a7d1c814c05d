import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stackOf } from "../../cli/changing-commands";
import { availableText } from "../../cli/commands/available";
import { whatGoes } from "../../cli/commands/destroy";
import { poolName, providerOf } from "../../cli/commands/launch";
import { available } from "../../spec/available";
import { load } from "../../spec/load";
import { OWN_STACKS } from "../../spec/rules/compose";
import { stateOf } from "../../tools/backend";
import { checkout } from "../../tools/paths";

/** The command as a user runs it, without a terminal. */
function storm(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), ...args], {
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

const file = join(checkout, "storm.yml");

test("a dry run shows the change of the file and what it comes to, and writes nothing", () => {
  const before = readFileSync(file, "utf8");
  const { stdout, status } = storm("scale", "local", "4", "--stack", "no-such-stack", "--dry-run");
  expect(status).toBe(0);
  expect(stdout).toContain("- Local: [3, small]\n+ Local: [4, small]\n");
  expect(stdout).toContain("Pool local/local: 3 small -> 4 small\nNew nodes: local-4\n");
  expect(stdout).toContain("Nothing was written (--dry-run)\n");
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("a pool of another provider, in the seed's words", () => {
  const { stdout, status } = storm(
    "launch",
    "1",
    "azure",
    "Medium",
    "unique_instance",
    "-s",
    "no-such-stack",
    "--dry-run",
  );
  expect(status).toBe(0);
  expect(stdout).toContain("+ Azure:\n+   pools:\n+     - { name: unique-instance, count: 1, size: medium }\n");
  expect(stdout).toMatch(/Cost: \$0.00 -> \$[\d.]+ a month\./);
  expect(stdout).toContain("Warning: network.adminCidrs names no network");
});

test.each([
  [["scale", "local", "4"], "npx storm scale local 4 -s dev --yes"],
  [["launch", "1", "Local", "small", "more"], "npx storm launch 1 Local small more -s dev --yes"],
  [["deploy", "no-such-stack"], "npx storm deploy no-such-stack --yes"],
])("without a terminal and without --yes nothing begins: %j", (args, hint) => {
  const { stderr, stdout, status } = storm(...args);
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toBe(
    `error: this asks before it changes anything, and there is no terminal to ask on\n  For scripts: ${hint}\n`,
  );
});

test("a preview of a storm.yml that is refused says why, in every form, before anything is set up", () => {
  const { stdout, status } = storm("preview", "no-such-stack", "--markdown", "--file", join(checkout, "package.json"));
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^## storm preview: `no-such-stack`\n\n\*\*Would be refused; nothing would be changed\.\*\*\n\n### Refused\n\n- package.json:/,
  );
});

test("destroying what is not there is an error that names it", () => {
  expect(storm("destroy", "no-such-stack").stderr).toMatch(/^error: there is no stack no-such-stack/);
});

test("the help of destroy says what --yes does not answer", () => {
  const help = storm("destroy", "--help").stdout.replace(/\s+/g, " ");
  expect(help).toContain("--yes do not ask, but for what --data finds by tags: that takes somebody who sees it");
  expect(help).toContain("--data the disks for data go, too; then shows what else carries the cluster's tags");
});

test("what a destroy takes away; Storm's own stacks are not the user's to miss", () => {
  const urn = (types: string, name: string) => `urn:pulumi:dev::storm::${types}::${name}`;
  const node = (name: string) => ({
    type: "storm:local:Node",
    urn: urn("storm:pools:LocalPool$storm:local:Node", name),
  });
  const state = stateOf({
    resources: [
      {
        type: "pulumi:pulumi:Stack",
        urn: urn("pulumi:pulumi:Stack", "storm-dev"),
        outputs: { nodes: [{ name: "local-1" }, { name: "local-2" }] },
      },
      node("local-1"),
      node("local-2"),
      {
        type: "pulumi:index:Stash",
        urn: urn("storm:nodes:Memory$pulumi:index:Stash", "local-1"),
        outputs: { input: { disk: false } },
      },
      ...["demo", ...OWN_STACKS].map((name) => ({
        type: "storm:compose:ComposeStack",
        urn: urn("storm:compose:ComposeStack", name),
      })),
    ],
  });
  expect(whatGoes(state)).toEqual([
    "2 nodes: local-1, local-2",
    "Stacks with their volumes on these nodes: demo",
    "All managers (local-1): the state of Swarm and Consul goes with them",
    "Data in volumes on local-1, local-2, which have no disk that outlives the machine",
    "3 resources in all",
  ]);
});

test("what is left of limits, as a table", () => {
  const { spec } = load("Local: [3, small]\nlimits: {global: {nodes: 4}}\n", { fileName: "storm.yml" });
  const limits = [{ limit: "limits/global", what: "nodes", used: 3, most: 4 }];
  expect(availableText({ limits, room: available(spec), freeGiB: 12.34 })).toMatchSnapshot();
  const cloud = load("AWS: {pools: [{name: a, count: 1, zones: [us-east-1a]}]}\n", { fileName: "storm.yml" });
  expect(availableText({ limits: [], room: available(cloud.spec), freeGiB: 1 })).toMatchSnapshot();
});

test("words of the command line", () => {
  expect([poolName("unique_instance"), providerOf("AZURE"), providerOf("DigitalOcean")]).toEqual([
    "unique-instance",
    "azure",
    "digitalocean",
  ]);
  expect(() => providerOf("Azur")).toThrow("there is no provider Azur; did you mean Azure?");
  expect([
    stackOf("a", {}),
    stackOf(undefined, { stack: "b" }),
    stackOf("c", { stack: "c" }),
    stackOf(undefined, {}),
  ]).toEqual(["a", "b", "c", "dev"]);
  expect(() => stackOf("a", { stack: "b" })).toThrow("two stacks are named: a and b");
});
