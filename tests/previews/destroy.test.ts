/** `storm destroy` of a production stack on the real engine, with stand-ins of AWS: what stays, and what the provider is asked. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StateResource } from "../../tools/backend";
import { Checkout, type Ran } from "./checkout";
import { standInOnly } from "./official";

/** Set-up of a new checkout, and some runs of the engine. */
const here = standInOnly("it is about a checkout that has stand-ins");

jest.setTimeout(300_000);

const STORM_YML = [
  "Hostname: storm.example.com",
  "production: true",
  "AWS:",
  "  region: eu-west-1",
  "  pools:",
  "    - {name: managers, count: 1, size: small, role: manager}",
  "    - {name: store, count: 1, size: small, role: data, volume: 10GB}",
  "network: {adminCidrs: [203.0.113.7/32]}",
];

let checkout: Checkout;
beforeAll(async () => {
  checkout = new Checkout();
  await checkout.installStandIns(["aws"]);
  await checkout.replacePlugin("aws", "refusing-aws.ts");
  writeFileSync(join(checkout.folder, "storm.yml"), `${STORM_YML.join("\n")}\n`);
});
afterAll(() => checkout.stop());

function ok(line: string, env?: Record<string, string>): Ran {
  const ran = checkout.shell(line, { env });
  if (ran.status !== 0) throw new Error(`${line}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}

/** Its machines alone: stand-ins boot none, and no command reaches them. */
function deploy(): Watched {
  ok("npm run -s pulumi -- stack select --create dev");
  ok("npm run -s pulumi -- config set -s dev storm:allowLocalState true");
  ok(`npm run -s pulumi -- config set -s dev storm:layers '["base","nodes"]'`);
  const ran = watched("npm run -s pulumi -- up -s dev --yes --skip-preview");
  if (ran.status !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
  return ran;
}

function destroy(options: string, env: Record<string, string> = {}): Watched {
  return watched(`npx storm destroy dev --yes ${options}`, env);
}

/** What the engine had the providers do: types and names. */
interface Watched extends Ran {
  created: string[];
  deleted: string[];
}

function watched(line: string, more: Record<string, string> = {}): Watched {
  const log = join(checkout.folder, "calls.json");
  rmSync(log, { force: true });
  const ran = checkout.shell(line, { env: { ...more, PULUMI_DEBUG_GRPC: log } });
  const calls = readFileSync(log, "utf8").split("\n").filter(Boolean);
  const of = (wanted: string) =>
    calls.flatMap((call) => {
      const { method, request } = JSON.parse(call) as { method: string; request?: { urn?: string } };
      return method === `/pulumirpc.ResourceProvider/${wanted}` ? [request?.urn?.split("$").at(-1) ?? ""] : [];
    });
  return { ...ran, created: [...new Set(of("Create"))], deleted: [...new Set(of("Delete"))] };
}

const MACHINE = "aws:ec2/instance:Instance::store-1";
const DISK = "aws:ebs/volume:Volume::store-1-data";

here("a production stack is not destroyed by --yes, nor by --data", () => {
  deploy();
  for (const options of ["", "--data"]) {
    const { stderr, status } = checkout.shell(`npx storm destroy dev --yes ${options}`);
    expect(status).toBe(1);
    expect(stderr).toContain("error: stack dev is in production: store-1-data is protected\n  Nothing was changed.\n");
  }
});

here("after one that failed the disk is the stack's again, protected, and no other one is made", () => {
  const { status, stdout, deleted } = destroy("--force-production", { STORM_TEST_REFUSES: "aws:ec2/vpc:Vpc" });
  expect({ status, deleted }).toEqual({ status: 1, deleted: expect.arrayContaining([MACHINE]) as string[] });
  expect(stdout).toContain("DependencyViolation");
  expect(stdout).not.toContain("could not be put back");
  ok("npm run -s pulumi -- stack export -s dev --file state.json");
  const { deployment } = JSON.parse(readFileSync(join(checkout.folder, "state.json"), "utf8")) as {
    deployment: { resources: StateResource[] };
  };
  const disk = deployment.resources.find(({ urn }) => urn.endsWith(DISK));
  expect(disk).toMatchObject({ protect: true });
  expect(disk?.retainOnDelete).toBeUndefined();
  expect(checkout.shell("npx storm destroy dev --yes").stderr).toContain("store-1-data is protected");
  const { created } = deploy();
  expect(created).toContain(MACHINE);
  expect(created).not.toContain(DISK);
});

here("by --force-production it is, and the disk stays in the cloud", () => {
  const { status, stdout, stderr, deleted } = destroy("--force-production");
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(/Kept, with all data \(--data takes it too\).*:\n {2}disk store-1-data \(vol-\w+\)\n/);
  expect(stdout).toMatch(
    /Stack dev is gone.*\n.*\n {2}store-1-data \((vol-\w+)\): aws ec2 delete-volume --volume-id \1\n/,
  );
  expect(deleted).toContain(MACHINE);
  expect(deleted).toContain("aws:ec2/volumeAttachment:VolumeAttachment::store-1-data");
  expect(deleted).not.toContain(DISK);
});

here("the stack's config is the user's and stays", () => {
  expect(readFileSync(join(checkout.folder, "Pulumi.dev.yaml"), "utf8")).toContain("storm:layers");
});

here("with --data the disk goes, too; that nobody looked for more, as the stack has some layers only, is said", () => {
  deploy();
  const { status, stdout, deleted } = destroy("--force-production --data");
  expect(stdout).toContain("Disk store-1-data and all data on it");
  expect(stdout).not.toContain("Kept");
  expect(deleted).toContain(DISK);
  expect(stdout).toContain("The clouds are not looked at for what is left: stack dev is one of several");
  expect(status).toBe(1);
});
