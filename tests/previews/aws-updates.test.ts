/** What an update of AWS sites changes, and above all what it leaves alone, from one state to the next on the real engine. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { askClouds } from "../../cli/status/clouds";
import { declaredOf } from "../../cli/status/declared";
import { PreviewLab, type Previewed, SUITE_TIMEOUT_MS } from "./lab";
import { onlyMachines } from "./machines-program";
import { standInOnly } from "./official";

const here = standInOnly("an update makes resources");

jest.setTimeout(2 * SUITE_TIMEOUT_MS);

const HEAD = `
Hostname: storm.example.com
network: {adminCidrs: [198.51.100.0/24]}
dns: {provider: route53, zone: example.com, create: true}
AWS:
  region: eu-west-1
  pools:
`;
const MANAGERS = "    - {name: managers, count: 3, size: small, role: manager, zones: [eu-west-1b, eu-west-1c]}\n";
const DATA = "    - {name: data, count: 1, size: small, role: data, volume: 50GB, zones: [eu-west-1b]}\n";
const WEB = "    - {name: web, count: 1..3, size: small, role: worker, zones: [eu-west-1c]}\n";
const FIRST = HEAD + MANAGERS + DATA + WEB;

interface Exported {
  deployment: { resources: { urn: string; type: string; protect?: boolean; outputs?: Record<string, unknown> }[] };
}

let lab: PreviewLab;
let state: Exported;
beforeAll(async () => {
  lab = await PreviewLab.start(false);
  onlyMachines(lab);
  await lab.up(FIRST);
  state = (await (await lab.stack("test")).exportStack()) as Exported;
});
afterAll(() => lab.stop());

/** Resources with a change, by what it is. */
function changed({ resources }: Previewed): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { op, type, name } of resources.filter((each) => each.op !== "same"))
    (found[op] ??= []).push(`${type.split(":").pop()} ${name}`);
  return found;
}

function outputs(type: string, name: string): Record<string, unknown> {
  const found = state.deployment.resources.find(
    (each) => each.type.endsWith(`:${type}`) && each.urn.endsWith(`::${name}`),
  );
  if (!found?.outputs) throw new Error(`the state has no ${type} ${name}`);
  return found.outputs;
}

here(
  "a silent machine's cloud is asked by a preview of a refresh: it waits for no lock, and writes nothing",
  async () => {
    const names = ["managers-1", "managers-2", "managers-3"];
    const nodes = names.map((name) => ({ name, role: "manager", site: "aws-eu-west-1" }));
    const { resources: entries } = state.deployment;
    const declared = declaredOf({ entries, outputs: { nodes } }, undefined);
    const kept = join(lab.folder, "state/.pulumi");
    const before = readFileSync(join(kept, "stacks/storm/test.json"), "utf8");
    const locks = join(kept, "locks/organization/storm/test");
    mkdirSync(locks, { recursive: true });
    const lock = join(locks, "1c2e2a6e-0000-4000-8000-000000000000.json");
    writeFileSync(
      lock,
      JSON.stringify({ pid: 1, username: "bob", hostname: "there", timestamp: "2026-01-01T00:00:00Z" }),
    );
    const found = await askClouds(await lab.looking("test"), declared.nodes);
    rmSync(lock);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(names.map((name) => [name, "running"])));
    expect(readFileSync(join(kept, "stacks/storm/test.json"), "utf8")).toBe(before);
  },
);

here("a second update changes nothing", async () => {
  const { changes, resources } = await lab.up(FIRST);
  expect(Object.keys(changes)).toEqual(["same"]);
  expect(changed({ resources } as Previewed)).toEqual({});
});

here("nodes have an address of their zone's subnet, and a static public one", () => {
  const { privateIp } = outputs("NetworkInterface", "managers-1");
  // Zone b: the second /20.
  expect(privateIp).toMatch(/^10\.64\.(1[6-9]|2\d|3[01])\.\d+$/);
  expect(outputs("Eip", "managers-1")["publicIp"]).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
});

here("user-data is within AWS's 16 KiB, and names the data disk as udev does", () => {
  const text = outputs("Instance", "data-1")["userDataBase64"] as { plaintext: string };
  const packed = Buffer.from(JSON.parse(text.plaintext) as string, "base64");
  expect(packed.length).toBeLessThanOrEqual(16 * 1024);
  const volume = (outputs("Volume", "data-1-data")["arn"] as string).split("/vol-")[1] ?? "";
  expect(volume).toHaveLength(17);
  // Not `toContain`: what it shows when it fails holds keys.
  const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol${volume}`;
  expect(gunzipSync(packed).toString().includes(device)).toBe(true);
});

here("no key or token is in the state in plain text", () => {
  const text = readFileSync(join(lab.folder, "state/.pulumi/stacks/storm/test.json"), "utf8");
  expect(text).toContain("managers-1");
  expect(text).not.toContain("PRIVATE KEY");
  // What begins with gzip's magic bytes in base64 is user-data.
  expect(text).not.toContain('"H4sI');
});

here("a zone and a pool more touch nothing of the others but the load balancer's subnets", async () => {
  const wider = await lab.preview(
    `${FIRST}    - {name: edge, count: 1, size: t4g.small, role: worker, zones: [eu-west-1a]}\n`,
  );
  const { create, ...others } = changed(wider);
  expect(others).toEqual({ update: ["LoadBalancer aws-eu-west-1-load-balancer"] });
  expect(create).toEqual(expect.arrayContaining(["Subnet public-eu-west-1a", "Instance edge-1", "Eip edge-1"]));
  const touched = wider.resources.filter(({ op, name }) => op !== "same" && /managers|data|web/.test(name));
  expect(touched).toEqual([]);
});

here("a node more is only that node", async () => {
  const grown = await lab.preview(FIRST.replace("{name: data, count: 1", "{name: data, count: 2"));
  const { create = [], ...others } = changed(grown);
  // What the pool's machines were made as, for the next plan.
  expect(others).toEqual({ update: ["Stash aws-eu-west-1/data"] });
  expect(create.filter((each) => !/data-2(-|$)/.test(each.split(" ")[1] ?? ""))).toEqual([]);
});

here("a larger size is a replacement, so that it counts as one; addresses and data stay", async () => {
  const larger = await lab.preview(FIRST.replace("count: 1, size: small", "count: 1, size: medium"));
  const touched = larger.resources
    .filter(({ op }) => op !== "same")
    .map(({ type, name }) => `${type.split(":").pop()} ${name}`);
  expect([...new Set(touched)].sort()).toEqual([
    "Instance data-1",
    "Stash aws-eu-west-1/data",
    "TargetGroupAttachment data-1-http",
    "TargetGroupAttachment data-1-https",
    "VolumeAttachment data-1-data",
  ]);
});

here("an elastic pool's bounds and size change in place", async () => {
  const wider = await lab.preview(FIRST.replace("count: 1..3, size: small", "count: 1..5, size: medium"));
  expect(changed(wider)).toEqual({ update: expect.arrayContaining(["Group aws-eu-west-1/web"]) as string[] });
});

here("another processor is another template with another image, and the group has one all the time", async () => {
  const arm = await lab.preview(FIRST.replace("count: 1..3, size: small", "count: 1..3, size: t4g.small"));
  expect(changed(arm)).toEqual({
    create: ["LaunchTemplate aws-eu-west-1/web-arm64"],
    update: ["Group aws-eu-west-1/web"],
    delete: ["LaunchTemplate aws-eu-west-1/web"],
  });
  const order = arm.resources.map(({ op, type }) => `${op} ${type.split(":").pop()}`);
  expect(order.indexOf("create LaunchTemplate")).toBeLessThan(order.indexOf("update Group"));
  expect(order.indexOf("update Group")).toBeLessThan(order.indexOf("delete LaunchTemplate"));
  const image = (previewed: Previewed, name: string) =>
    previewed.resources.find(({ op, ...each }) => each.name === name && op !== "same")?.inputs["imageId"];
  expect(image(arm, "aws-eu-west-1/web-arm64")).not.toBe(outputs("LaunchTemplate", "aws-eu-west-1/web")["imageId"]);
});

here("what the order of pools in the file is changes nothing", async () => {
  const { changes } = await lab.preview(HEAD + WEB + DATA + MANAGERS);
  expect(Object.keys(changes)).toEqual(["same"]);
});

here("in production, data and the zone outlive a destroy", async () => {
  const stack = await lab.stack("test");
  await lab.up(`production: true${FIRST}`);
  const { deployment } = (await stack.exportStack()) as Exported;
  const kept = deployment.resources.filter(({ protect }) => protect).map(({ urn }) => urn.split("::").pop());
  expect(kept.sort()).toEqual(["data-1-data", "example.com"]);
  await expect(stack.destroy()).rejects.toThrow(/protected/);
  await lab.up(FIRST);
});

here("nothing is left behind", async () => {
  await (await lab.stack("test")).destroy();
  const left = (await (await lab.stack("test")).exportStack()) as Exported;
  expect(left.deployment.resources ?? []).toEqual([]);
});
