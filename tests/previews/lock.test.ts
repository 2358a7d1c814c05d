/** storm.lock in previews on the real engine: its machine images are taken on three clouds, in fixed and elastic pools, and nobody looks one up. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Planned, PreviewLab, type Previewed, SUITE_TIMEOUT_MS } from "./lab";
import { standInOnly } from "./official";

const here = standInOnly("the look-ups ask an account");

jest.setTimeout(SUITE_TIMEOUT_MS);

const WHOLE = `
Hostname: storm.example.com
network: {adminCidrs: [203.0.113.0/24]}
AWS:
  region: eu-west-1
  pools:
    - {name: am, count: 1, size: small, role: manager}
    - {name: ae, count: 1..3, size: small}
Azure:
  region: westeurope
  pools:
    - {name: zw, count: 1, size: small, role: worker}
    - {name: ze, count: 1..3, size: small}
DigitalOcean:
  region: ams3
  pools:
    - {name: dw, count: 1, size: small, role: worker}
    - {name: de, count: 1..3, size: small}
`;
const LOCK = [
  "version: 1",
  "images:",
  "  aws/eu-west-1/amd64: ami-0123456789abcdef0",
  '  azure/westeurope/amd64: "Canonical:ubuntu-24_04-lts:server:24.04.202601010"',
  '  digitalocean/ams3/amd64: "123456789"',
];

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start(false);
});
afterAll(() => lab.stop());

const inputs = ({ resources }: Previewed, type: string, name: string): Record<string, unknown> => {
  const found = resources.filter((each: Planned) => each.type.endsWith(`:${type}`) && each.name.endsWith(name));
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources are ${type} ${name}`);
  return found[0].inputs;
};
const imagesOf = (seen: Previewed) => ({
  aws: inputs(seen, "Instance", "am-1")["ami"],
  awsElastic: inputs(seen, "LaunchTemplate", "ae")["imageId"],
  azure: inputs(seen, "VirtualMachine", "zw-1")["storageProfile"],
  azureElastic: inputs(seen, "VirtualMachineScaleSet", "ze")["virtualMachineProfile"],
  digitalocean: inputs(seen, "Droplet", "dw-1")["image"],
  digitaloceanElastic: inputs(seen, "DropletAutoscale", "de")["dropletTemplate"],
});

/** A preview, and the clouds' functions that it called, by the engine's own record of what plugins are asked. */
async function previewWithCalls(): Promise<{ seen: Previewed; calls: string[] }> {
  const record = join(lab.folder, "grpc.json");
  rmSync(record, { force: true });
  process.env["PULUMI_DEBUG_GRPC"] = record;
  try {
    const seen = await lab.preview(WHOLE);
    const lines = readFileSync(record, "utf8").trim().split("\n");
    const asked = lines.map((line) => JSON.parse(line) as { method: string; request?: { tok?: string } });
    expect(asked.length).toBeGreaterThan(100);
    const tokens = asked.flatMap(({ method, request }) =>
      /ResourceProvider\/Invoke$/.test(method) ? [request?.tok ?? ""] : [],
    );
    return { seen, calls: [...new Set(tokens)] };
  } finally {
    delete process.env["PULUMI_DEBUG_GRPC"];
  }
}

here("the images that storm.lock has, and no other is asked for", async () => {
  lab.write("storm.lock", LOCK);
  const { seen, calls } = await previewWithCalls();
  expect(calls).toEqual([]);
  const reference = {
    publisher: "Canonical",
    offer: "ubuntu-24_04-lts",
    sku: "server",
    version: "24.04.202601010",
  };
  expect(imagesOf(seen)).toEqual({
    aws: "ami-0123456789abcdef0",
    awsElastic: "ami-0123456789abcdef0",
    azure: expect.objectContaining({ imageReference: reference }) as object,
    azureElastic: expect.objectContaining({
      storageProfile: expect.objectContaining({ imageReference: reference }) as object,
    }) as object,
    digitalocean: "123456789",
    digitaloceanElastic: expect.objectContaining({ image: "123456789" }) as object,
  });
});

here("without one, each cloud is asked once for what is newest there", async () => {
  rmSync(join(lab.folder, "storm.lock"));
  const { seen, calls } = await previewWithCalls();
  expect(calls.sort()).toEqual(["aws:ec2/getAmi:getAmi", "digitalocean:index/getImage:getImage"]);
  const { aws, awsElastic, digitalocean } = imagesOf(seen);
  expect(aws).toMatch(/^ami-[0-9a-f]{17}$/);
  expect(awsElastic).toBe(aws);
  expect(digitalocean).toBe("195932981");
});
