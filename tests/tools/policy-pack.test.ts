import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPolicyPack } from "../../tools/policy-pack";
import { temporaryFolder } from "./support";

const root = temporaryFolder();
const write = (name: string, text: string) => writeFileSync(join(root, name), text);
const added = (...args: string[]) => withPolicyPack(root, args).includes("--policy-pack");

beforeEach(() => {
  mkdirSync(join(root, "policy"), { recursive: true });
  write("policy/config.json", "{}\n");
  write("storm.yml", "Hostname: storm.localhost\nLocal: [3, small]\n");
  write("prod.yml", "Hostname: storm.example.com\nAWS: [3, small]\n");
  write("Pulumi.dev.yaml", "encryptionsalt: v1:aws=\nconfig:\n  storm:local:\n    nodeImage: aws\n");
  write("Pulumi.prod.yaml", 'config:\n  "storm:file": prod.yml\n');
});

test("what plans or changes resources of a cloud is checked", () => {
  const args = withPolicyPack(root, ["up", "-s", "prod", "--yes"]);
  expect(args).toEqual(["up", "--policy-pack", expect.stringMatching(/\/policy$/), "-s", "prod", "--yes"]);
  for (const command of ["preview", "pre", "update", "up"]) expect(added(command, "--stack=prod")).toBe(true);
  for (const command of ["destroy", "refresh", "stack", "config"]) expect(added(command, "-s", "prod")).toBe(false);
});

test.each([
  [["-s", "prod", "up", "--yes"], 2],
  [["--stack", "prod", "up"], 2],
  [["--stack=prod", "preview"], 1],
  [["--non-interactive", "preview", "-s", "prod"], 1],
  [["-e", "--color", "never", "-v=3", "--logtostderr", "-s", "prod", "up"], 7],
])("flags may come before the command: %j", (args, command) => {
  const given = withPolicyPack(root, args);
  expect(given.slice(0, command + 2)).toEqual([...args.slice(0, command + 1), "--policy-pack"]);
  expect(given.slice(command + 3)).toEqual(args.slice(command + 1));
});

test.each([[["-s", "up", "stack"]], [["--stack", "preview", "config"]], [["stack", "init", "up"]], [["--help"]], [[]]])(
  "a word that is no command is none: %j",
  (args) => expect(withPolicyPack(root, args)).toEqual(args),
);

test("a stack on this machine alone does not wait for it", () => {
  expect(added("preview", "-s", "dev")).toBe(false);
  expect(added("preview", "-s", "organization/storm/dev")).toBe(false);
});

test.each([
  ["no stack is named", () => added("preview")],
  ["its config is not there", () => added("preview", "-s", "other")],
  [
    "the pack has limits of its own",
    () => {
      write("policy/config.json", '{"limits": {"global": {"nodes": 3}}}');
      return added("preview", "-s", "dev");
    },
  ],
  [
    "stack config brings a cloud in",
    () => {
      write("Pulumi.dev.yaml", "config:\n  storm:spec:\n    AWS: [3, small]\n");
      return added("preview", "-s", "dev");
    },
  ],
  [
    "storm.yml has a provider that this file has never heard of",
    () => {
      write("storm.yml", "Local: [3, small]\nDummy: [3, small]\n");
      return added("preview", "-s", "dev");
    },
  ],
  [
    "storm.yml keeps something in a cloud",
    () => {
      write("storm.yml", "Local: [3, small]\ndns: {provider: route53, zone: example.com}\n");
      return added("preview", "-s", "dev");
    },
  ],
])("it is checked where %s", (_, run) => expect(run()).toBe(true));

test("another pack and another project are the user's", () => {
  expect(added("up", "-s", "prod", "--policy-pack=other")).toBe(false);
  expect(added("up", "-s", "prod", "-C", "elsewhere")).toBe(false);
  expect(added("up", "-s", "prod", "--policy-pack-config", "team.json")).toBe(true);
});
