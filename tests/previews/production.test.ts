/** Pulumi.prod.yaml as it comes, by the commands of docs/state.md, on the real engine with stand-ins of the cloud's plugins. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout, type Ran } from "./checkout";
import { standInOnly } from "./official";

/** Set-up of a new checkout, and a dozen runs of the engine. */
const here = standInOnly("it is about the docs' commands, in a checkout that has stand-ins");

jest.setTimeout(300_000);

const DOCS = readFileSync(join(__dirname, "..", "..", "docs", "state.md"), "utf8");
const CANARIES = ["canary-access-key", "canary-secret-key"];

/** The blocks of commands of the section "The stack `prod`". */
const [real = [], trial = [], settings = [], deploy = []] = DOCS.slice(DOCS.indexOf("## The stack `prod`"))
  .split(/\n(?! {4})[^\n]*/)
  .map((block) => [...block.matchAll(/^ {4}(.+)$/gm)].map(([, line]) => line ?? ""))
  .filter((lines) => lines.length > 0);

let checkout: Checkout;
let env: Record<string, string>;
beforeAll(async () => {
  checkout = new Checkout();
  await checkout.installStandIns(["aws"]);
  env = {};
});
afterAll(() => checkout.stop());

function ok(line: string, input?: string): Ran {
  const ran = checkout.shell(line, { env, input });
  if (ran.status !== 0) throw new Error(`${line}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}

here(
  "the docs have the commands: where state is, the same for a trial, what only the user knows, and deployment",
  () => {
    expect(real.map((line) => line.split(" ").slice(0, 6).join(" "))).toEqual([
      "export PULUMI_BACKEND_URL='s3://BUCKET/PREFIX?region=REGION'",
      "npm run -s pulumi -- stack",
    ]);
    expect(trial).toHaveLength(4);
    expect(settings.filter((line) => line.includes("--secret"))).toHaveLength(2);
    expect(deploy).toEqual(["npm run -s pulumi -- preview -s prod", "npm run -s pulumi -- up -s prod"]);
  },
);

here("the trial's state goes where PULUMI_BACKEND_URL says", () => {
  for (const line of trial) {
    const [, variables] = /^export (.+)$/.exec(line) ?? [];
    if (variables === undefined) ok(line);
    else
      for (const [, name = "", value = ""] of variables.matchAll(/(\w+)="?([^" ]+)"?/g))
        env[name] = value.replace("$HOME", checkout.folder);
  }
  expect(Object.keys(env)).toEqual(["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"]);
  expect(existsSync(join(checkout.folder, "storm-trial/.pulumi/stacks/storm/prod.json"))).toBe(true);
  expect(existsSync(join(checkout.folder, ".storm/state/.pulumi/stacks/storm/prod.json"))).toBe(false);
});

here("without the secret it says what is missing", () => {
  const { status, stdout } = checkout.shell(deploy[0] ?? "", { env });
  expect(status).not.toBe(0);
  expect(stdout).toContain("stack config storm:acme: is missing");
});

here("with what the docs set, it previews, passes the policy pack, and shows no secret", () => {
  const secrets = [...CANARIES];
  for (const line of settings) ok(line, line.includes("--secret") ? secrets.shift() : undefined);
  const file = readFileSync(join(checkout.folder, "Pulumi.prod.yaml"), "utf8");
  expect(file).toContain("203.0.113.7/32");
  expect(file).toContain("# The stack `prod`, meant to be edited");
  const { stdout, stderr } = ok(deploy[0] ?? "");
  expect(stdout).toMatch(/aws:ec2:Instance +store-1 +create/);
  expect(stdout).toContain("storm@v");
  expect(stdout).not.toContain("adminCidrs names no network");
  for (const canary of CANARIES) expect(file + stdout + stderr).not.toContain(canary);
});

here("`storm plan` reads the same file, and the state by the engine", () => {
  const { stdout, stderr } = ok("npx storm plan -s prod");
  expect(stdout).toContain("aws-eu-west-1/store");
  expect(stderr).not.toContain("cannot be read");
});

here("without the word for a trial, a folder and a passphrase are refused", () => {
  ok("npm run -s pulumi -- config rm -s prod storm:allowLocalState");
  const { status, stdout } = checkout.shell(deploy[0] ?? "", { env });
  expect(status).not.toBe(0);
  expect(stdout).toContain("production: true is not deployed: its state is in a folder of one machine");
  expect(stdout).toContain("a passphrase opens its secrets");
});
