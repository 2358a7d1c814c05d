/** The `storm` command on a state that is not in this checkout's folder: a second folder, as any other backend. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout, type Ran } from "./checkout";

/** Set-up of a new checkout, and some runs of the engine. */
jest.setTimeout(300_000);

/** The SDK's mark of a secret; the engine encrypts it when it takes the state in. */
const secret = (text: string) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(text),
});
const OUTPUTS = {
  dockerHost: "tcp://127.0.0.1:2376",
  caCertificate: "the authority",
  clientCertificate: "the client",
  clientKey: secret("canary-of-a-key"),
  cost: { monthlyUsd: 12.5 },
  nodes: [{ name: "local-1", role: "worker" }],
};

/** Two managers as the state remembers them: of another site than this checkout's storm.yml has. */
const MANAGERS = ["local-1", "local-2"].flatMap((name) => {
  const entry = (type: string, outputs: object) => ({
    ...{ type: type.slice(type.indexOf("$") + 1), urn: `urn:pulumi:far::storm::${type}::${name}` },
    ...{ custom: false, outputs },
  });
  const input = { site: "elsewhere", machineType: "", zone: "", spot: false, disk: false, address: "", hostKey: "" };
  return [
    entry("storm:nodes:Memory$pulumi:index:Stash", { input }),
    entry("storm:pools:LocalPool$storm:local:Node", {}),
  ];
});

let checkout: Checkout;
let env: Record<string, string>;
/** Runs a command that must end well. */
function ok(args: string): Ran {
  const ran = storm(args);
  if (ran.status !== 0) throw new Error(`${args}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}
const storm = (args: string, more: Record<string, string> = env): Ran =>
  checkout.shell(`node tools/bootstrap.js ${args}`, { env: more });
const file = (...names: string[]) => join(checkout.folder, ...names);

beforeAll(() => {
  checkout = new Checkout();
  mkdirSync(file("elsewhere"));
  env = { PULUMI_BACKEND_URL: `file://${file("elsewhere")}`, PULUMI_CONFIG_PASSPHRASE: "the user's own" };
  ok("pulumi stack init far");
  const root = { type: "pulumi:pulumi:Stack", urn: "urn:pulumi:far::storm::pulumi:pulumi:Stack::storm-far" };
  const state = JSON.parse(ok("pulumi stack export -s far").stdout) as { deployment: object };
  Object.assign(state.deployment, { resources: [{ ...root, custom: false, outputs: OUTPUTS }, ...MANAGERS] });
  writeFileSync(file("state.json"), JSON.stringify(state));
  ok("pulumi stack import -s far --file state.json");
});
afterAll(() => checkout.stop());

test("state is there and not here, encrypted by the user's passphrase", () => {
  const state = readFileSync(file("elsewhere/.pulumi/stacks/storm/far.json"), "utf8");
  expect(state).toContain("the authority");
  expect(state).not.toContain("canary");
  expect(existsSync(file(".storm/state/.pulumi/stacks/storm/far.json"))).toBe(false);
});

test("`storm env` hands out the outputs, and knows the stacks there", () => {
  const { stdout, status, stderr } = storm("env far --json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { DOCKER_HOST, DOCKER_CERT_PATH = "" } = JSON.parse(stdout) as Record<string, string>;
  expect(DOCKER_HOST).toBe("tcp://127.0.0.1:2376");
  expect(readFileSync(join(DOCKER_CERT_PATH, "key.pem"), "utf8")).toBe("canary-of-a-key");
  const { stderr: unknown } = storm("env faar");
  expect(unknown).toContain("there is no stack faar; did you mean far?");
  // Of this checkout's own folder that stack is none.
  expect(storm("env far", {}).stderr).toContain("there is no stack far");
});

test("without what opens it, the engine's own words", () => {
  const { stderr, status } = storm("env far", { PULUMI_BACKEND_URL: env["PULUMI_BACKEND_URL"] ?? "" });
  expect(status).toBe(1);
  expect(stderr).toContain("passphrase must be set with PULUMI_CONFIG_PASSPHRASE");
});

test("`storm plan` compares with what is deployed there, and goes on without", () => {
  const far = storm("plan -s far");
  expect(far.stdout).toContain("Cost change: $12.50 a month less than now.");
  const nowhere = storm("plan -s far", { ...env, PULUMI_BACKEND_URL: "file:///nowhere/at/all" });
  expect(nowhere.status).toBe(0);
  expect(nowhere.stdout).toContain("local-1");
  expect(nowhere.stderr).toContain("its cost is not compared with today's, for the state cannot be read:");
});

test("`storm start` looks there before it changes anything: managers are not made anew together", () => {
  const { stderr, status } = storm("start -s far");
  expect(status).toBe(1);
  expect(stderr).toContain("This would make 2 of 2 managers anew");
});

test("`storm lock` reads what runs there", () => {
  ok("pulumi config set -s far --path storm:local.offline true");
  expect(storm("lock -s far --json")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('"images": {}') as string,
  });
});

test("`storm stop` destroys it there", () => {
  const { stdout, status } = storm("stop -s far");
  expect({ stdout, status }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("Stack far is gone") as string,
  });
  expect(existsSync(file("elsewhere/.pulumi/stacks/storm/far.json"))).toBe(false);
  expect(storm("stop -s far").stdout).toContain("Nothing to stop: there is no stack far");
});
