/** Azure DNS on the real engine, over several clouds and with many stacks: what its stand-in refuses as Azure does. */
import { PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start();
  lab.write("web.yml", ["services: {web: {image: nginx, expose: [80]}}"]);
});
afterAll(() => lab.stop());

const STACKS = Array.from({ length: 12 }, (_, index) => `shop-${index + 1}`);
const text = (sites: string[]) =>
  [
    "Hostname: storm.example.com",
    ...sites,
    "dns: {provider: azure, zone: example.com, create: true}",
    "network: {adminCidrs: [203.0.113.0/24]}",
    "compose:",
    ...STACKS.map((stack) => `  ${stack}: {file: web.yml}`),
    "",
  ].join("\n");

test("beside AWS, every site is a name; and more stacks than a profile can have aliases", async () => {
  const { resources } = await lab.preview(text(["Azure: [3, small]", "AWS: [2, small]"]));
  const records = resources.filter(({ type }) => type === "azure-native:dns:RecordSet");
  expect(records.filter(({ inputs }) => inputs["recordType"] === "CNAME")).toHaveLength(2 + 2 * STACKS.length);
  expect(
    records.filter(({ inputs }) => inputs["recordType"] === "A").map(({ inputs }) => inputs["relativeRecordSetName"]),
  ).toEqual(["azure-eastus.site.test.storm"]);
  const profile = resources.find(({ type }) => type === "azure-native:trafficmanager:Profile");
  const endpoints = profile?.inputs["endpoints"] as { name: string; target: string }[];
  expect(endpoints.map(({ name }) => name)).toEqual(["aws-us-east-1", "azure-eastus"]);
  expect(endpoints[1]?.target).toBe("azure-eastus.site.test.storm.example.com");
});

test("without AWS, addresses do, and no site has a record of its own", async () => {
  const { resources } = await lab.preview(text(["Azure: [3, small]", "DigitalOcean: [1, small]"]), {
    stack: "addresses",
  });
  const records = resources.filter(({ type }) => type === "azure-native:dns:RecordSet");
  expect(records.map(({ inputs }) => inputs["recordType"])).toEqual(records.map(() => "CNAME"));
});
