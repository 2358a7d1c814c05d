/** What a preview tries in a stack's config, on the real engine: after Ctrl-C at the question, and after a SIGKILL. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigJournal } from "../../cli/config-journal";
import { eventually } from "../../tools/eventually";
import { readIfThere } from "../../tools/files";
import { end, runProcesses } from "../../tools/processes";
import { onATerminal } from "../cli/on-a-terminal";
import { Checkout } from "./checkout";
import { standInOnly } from "./official";

const here = standInOnly("its checkout has stand-ins");
/** Set-up of a new checkout, and some runs of the engine. */
jest.setTimeout(300_000);

const stormYml = (pool: string) => `compose: {}
Hostname: storm.example.com
network: {adminCidrs: [203.0.113.0/24]}
AWS: {region: eu-west-1, pools: [{name: ${pool}, count: 1, size: small}]}
`;
const CTRL_C = "\u0003";

let checkout: Checkout;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  checkout = new Checkout();
  await checkout.installStandIns(["aws", "command", "tls"]);
  env = { PATH: process.env.PATH, HOME: checkout.folder, STORM_CACHE: checkout.cache };
  writeFileSync(at("storm.yml"), stormYml("ours"));
  writeFileSync(at("other.yml"), stormYml("theirs"));
});
afterAll(async () => {
  // Of a run that was killed the engine goes on.
  await end(runProcesses(checkout.folder), "SIGKILL", 0);
  checkout.stop();
});

const at = (name: string) => join(checkout.folder, name);

here("a new stack is gone after Ctrl-C at the question, and its config with it", async () => {
  const program = ["node", "cli/storm.js", "deploy", "new", "--file", "other.yml"];
  const { shown, status } = await onATerminal(program, [["Deploy this to stack new? [y/N] ", CTRL_C]], {
    cwd: checkout.folder,
    env,
  });
  expect(shown).toContain("error: interrupted");
  expect(status).toBe(130);
  const left = ["Pulumi.new.yaml", ".storm/tried-new.json", ".storm/state/.pulumi/stacks/storm/new.json"];
  expect(left.filter((name) => existsSync(at(name)))).toEqual([]);
});

here("what a killed preview tried is nobody's storm.yml, and the next one puts the config back", async () => {
  const made = checkout.shell("npm run -s pulumi -- stack init dev");
  expect(made).toMatchObject({ status: 0 });
  const before = readFileSync(at("Pulumi.dev.yaml"), "utf8");
  const killed = spawn("node", ["cli/storm.js", "preview", "dev", "--file", "other.yml"], {
    ...{ cwd: checkout.folder, env },
    stdio: "ignore",
  });
  await eventually(120, "a preview that has its config", async () => {
    const journal = JSON.parse(readIfThere(at(".storm/tried-dev.json")) ?? "{}") as Partial<ConfigJournal>;
    return journal.tried ?? undefined;
  });
  killed.kill("SIGKILL");
  await once(killed, "close");
  expect(readFileSync(at("Pulumi.dev.yaml"), "utf8")).toContain("storm:file: other.yml");

  const plan = checkout.shell("npx storm plan");
  expect(plan.stdout).toContain("aws-eu-west-1/ours");
  const { stdout, stderr, status } = checkout.shell("npx storm preview dev");
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringContaining("Recovery: Pulumi.dev.yaml is again") as string,
  });
  expect(stdout).toContain("ours-1");
  expect(stdout).not.toContain("theirs");
  expect(readFileSync(at("Pulumi.dev.yaml"), "utf8")).toBe(before);
  expect(existsSync(at(".storm/tried-dev.json"))).toBe(false);
});
