/** `storm destroy` of a production stack on the real engine, with stand-ins of AWS: what stays, and what the provider is asked. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
  writeFileSync(join(checkout.folder, "storm.yml"), `${STORM_YML.join("\n")}\n`);
});
afterAll(() => checkout.stop());

function ok(line: string, env?: Record<string, string>): Ran {
  const ran = checkout.shell(line, { env });
  if (ran.status !== 0) throw new Error(`${line}\n${ran.stdout}\n${ran.stderr}`);
  return ran;
}

/** Its machines alone: stand-ins boot none, and no command reaches them. */
function deploy(): void {
  ok("npm run -s pulumi -- stack select --create dev");
  ok("npm run -s pulumi -- config set -s dev storm:allowLocalState true");
  ok(`npm run -s pulumi -- config set -s dev storm:layers '["base","nodes"]'`);
  ok("npm run -s pulumi -- up -s dev --yes --skip-preview");
}

/** Destroys, and tells what the engine had the providers delete. */
function destroy(...options: string[]): Ran & { deleted: string[] } {
  const log = join(checkout.folder, "calls.json");
  rmSync(log, { force: true });
  const env = { PULUMI_DEBUG_GRPC: log };
  const ran = checkout.shell(`npx storm destroy dev --yes ${options.join(" ")}`, { env });
  const calls = readFileSync(log, "utf8").split("\n").filter(Boolean);
  const deleted = calls.flatMap((line) => {
    const { method, request } = JSON.parse(line) as { method: string; request?: { urn?: string } };
    return method === "/pulumirpc.ResourceProvider/Delete" ? [request?.urn?.split("$").at(-1) ?? ""] : [];
  });
  return { ...ran, deleted: [...new Set(deleted)] };
}

here("a production stack is not destroyed by --yes, nor by --data", () => {
  deploy();
  for (const options of ["", "--data"]) {
    const { stderr, status } = checkout.shell(`npx storm destroy dev --yes ${options}`);
    expect(status).toBe(1);
    expect(stderr).toContain("error: stack dev is in production: store-1-data is protected\n  Nothing was changed.\n");
  }
});

here("by --force-production it is, and the disk stays in the cloud", () => {
  const { status, stdout, stderr, deleted } = destroy("--force-production");
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(/Kept, with all data \(--data takes it too\).*:\n {2}disk store-1-data \(vol-\w+\)\n/);
  expect(stdout).toMatch(
    /Stack dev is gone.*\n.*\n {2}store-1-data \((vol-\w+)\): aws ec2 delete-volume --volume-id \1\n/,
  );
  expect(deleted).toContain("aws:ec2/instance:Instance::store-1");
  expect(deleted).toContain("aws:ec2/volumeAttachment:VolumeAttachment::store-1-data");
  expect(deleted.filter((urn) => urn.startsWith("aws:ebs/volume:Volume"))).toEqual([]);
});

here("the stack's config is the user's and stays", () => {
  expect(readFileSync(join(checkout.folder, "Pulumi.dev.yaml"), "utf8")).toContain("storm:layers");
});

here("with --data the disk goes, too; that nobody looked for more, as the stack has some layers only, is said", () => {
  deploy();
  const { status, stdout, deleted } = destroy("--force-production", "--data");
  expect(stdout).toContain("Disk store-1-data and all data on it");
  expect(stdout).not.toContain("Kept");
  expect(deleted).toContain("aws:ebs/volume:Volume::store-1-data");
  expect(stdout).toContain("The clouds are not looked at for what is left: stack dev is one of several");
  expect(status).toBe(1);
});
