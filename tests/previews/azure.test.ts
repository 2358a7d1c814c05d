/** Azure on the real engine, with the stand-in for its provider: what is planned, and what is refused before anything is made. */
import { gunzipSync } from "node:zlib";
import { type Planned, POLICY, type Previewed, PreviewLab, SUITE_TIMEOUT_MS } from "./lab";
import { standInOnly } from "./official";

jest.setTimeout(SUITE_TIMEOUT_MS);

const WHOLE = `
Hostname: storm.example.com
Azure:
  region: westeurope
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: web, count: 2..10, size: medium, role: worker, spot: true, scaleOn: {cpu: 60%}}
    - {name: arm, count: 1, size: Standard_D2ps_v5, role: worker, spot: true}
    - {name: data, count: 2, size: large, role: data, volume: 100GB}
network: {adminCidrs: [203.0.113.0/24]}
dns: {provider: azure, create: true, ttl: 120}
compose:
  shop: {file: shop.yml}
`;

let lab: PreviewLab;
let whole: Previewed;
beforeAll(async () => {
  lab = await PreviewLab.start();
  lab.write("shop.yml", ["services: {web: {image: nginx, expose: [80]}}"]);
  whole = await lab.preview(WHOLE, { policyPacks: [POLICY] });
});
afterAll(() => lab.stop());

const ofAzure = ({ resources }: Previewed) => resources.filter(({ type }) => type.startsWith("azure-native:"));
const typeOf = ({ type }: Planned) => type.split(":").at(-1) ?? "";
const named = (previewed: Previewed, type: string, name: string): Planned => {
  const [found, ...more] = previewed.resources.filter((each) => typeOf(each) === type && each.name === name);
  if (!found || more.length > 0) throw new Error(`not exactly one ${type} ${name}`);
  return found;
};
/** How many there are of each type. */
const counts = (previewed: Previewed) => {
  const found: Record<string, number> = {};
  for (const each of ofAzure(previewed)) found[typeOf(each)] = (found[typeOf(each)] ?? 0) + 1;
  return found;
};
/** Without what only tells how old the prices are. */
const messagesOf = ({ messages }: Previewed) =>
  messages.filter((text) => !/the prices of|adminCidrs names no network/.test(text));
interface Rule {
  name: string;
  sourceAddressPrefix?: string;
  access: string;
}
const rulesOf = (previewed: Previewed, group: string) =>
  (named(previewed, "NetworkSecurityGroup", group).inputs["securityRules"] as Rule[]).map(
    ({ name, sourceAddressPrefix, access }) => `${access} ${name} from ${sourceAddressPrefix ?? ""}`,
  );

test("fixed, elastic, spot, arm64 and data pools, load balancer and DNS are planned, and nothing more", () => {
  expect(messagesOf(whole)).toEqual([]);
  expect(counts(whole)).toEqual({
    AutoscaleSetting: 1,
    Disk: 2,
    LoadBalancer: 1,
    NetworkInterface: 6,
    NetworkSecurityGroup: 2,
    Profile: 1,
    PublicIPAddress: 7,
    RecordSet: 4,
    ResourceGroup: 2,
    UserAssignedIdentity: 1,
    VirtualMachine: 6,
    VirtualMachineScaleSet: 1,
    VirtualNetwork: 1,
    Zone: 1,
  });
  expect(ofAzure(whole).every(({ op }) => op === "create")).toBe(true);
});

test("every resource passes the policy pack, Azure DNS included", () => {
  expect(whole.violations).toEqual([]);
});

test("every resource has a provider of its own; none falls to a default", () => {
  const providers = whole.resources.filter(({ type }) => type === "pulumi:providers:azure-native");
  expect(providers.map(({ name }) => name).sort()).toEqual(["azure-dns", "azure-westeurope"]);
});

test("a machine is what the plan says", () => {
  const { zones, hardwareProfile, securityProfile, tags, ...rest } = named(
    whole,
    "VirtualMachine",
    "managers-2",
  ).inputs;
  expect({ zones, hardwareProfile, securityProfile, tags }).toEqual({
    zones: ["2"],
    hardwareProfile: { vmSize: "Standard_B1ms" },
    securityProfile: { encryptionAtHost: true },
    tags: { owner: "storm", stack: "test", pool: "managers", architecture: "amd64" },
  });
  expect(rest).toMatchObject({ vmName: "managers-2", storageProfile: { imageReference: { sku: "server" } } });
  expect(rest).not.toHaveProperty("priority");
  expect(named(whole, "VirtualMachine", "arm-1").inputs).toMatchObject({
    priority: "Spot",
    evictionPolicy: "Delete",
    storageProfile: { imageReference: { sku: "server-arm64" } },
  });
});

test("a data node has a disk that its machine only borrows", () => {
  expect(named(whole, "Disk", "data-1-volume").inputs).toMatchObject({
    diskSizeGB: 100,
    zones: ["1"],
    networkAccessPolicy: "DenyAll",
    publicNetworkAccess: "Disabled",
  });
  expect(named(whole, "VirtualMachine", "data-1").inputs).toMatchObject({
    storageProfile: { dataDisks: [{ lun: 0, createOption: "Attach", deleteOption: "Detach" }] },
  });
});

test("an elastic pool begins at its smallest, and follows the load between its bounds", () => {
  const set = named(whole, "VirtualMachineScaleSet", "azure-westeurope-web").inputs;
  expect(set).toMatchObject({ orchestrationMode: "Uniform", overprovision: false, zones: ["1", "2", "3"] });
  expect(set["sku"]).toEqual({ name: "Standard_B2s", tier: "Standard", capacity: 2 });
  const [profile] = named(whole, "AutoscaleSetting", "azure-westeurope-web-autoscale").inputs["profiles"] as object[];
  expect(profile).toMatchObject({
    capacity: { minimum: "2", default: "2", maximum: "10" },
    rules: [
      { metricTrigger: { operator: "GreaterThan", threshold: 60 }, scaleAction: { direction: "Increase" } },
      { metricTrigger: { operator: "LessThan", threshold: 36 }, scaleAction: { direction: "Decrease" } },
    ],
  });
});

test("the world reaches 80, 443 and the mesh; administrators SSH, and on managers the APIs", () => {
  const nodes = [
    "Allow world-tcp-80 from Internet",
    "Allow world-tcp-443 from Internet",
    "Allow site-tcp-80 from 10.64.0.0/16",
    "Allow site-tcp-443 from 10.64.0.0/16",
    "Allow world-udp-51820 from Internet",
    "Allow site-udp-51820 from 10.64.0.0/16",
    "Allow admin-tcp-22 from 203.0.113.0/24",
  ];
  const rest = [
    "Allow site-tcp-8501 from 10.64.0.0/16",
    "Allow probe-tcp-80 from AzureLoadBalancer",
    "Allow probe-tcp-443 from AzureLoadBalancer",
    "Deny nothing-else from *",
  ];
  expect(rulesOf(whole, "azure-westeurope-network-nodes")).toEqual([...nodes, ...rest]);
  expect(rulesOf(whole, "azure-westeurope-network-managers")).toEqual([
    ...nodes,
    "Allow admin-tcp-2376 from 203.0.113.0/24",
    "Allow admin-tcp-8501 from 203.0.113.0/24",
    ...rest,
  ]);
});

test("every name leads to a Traffic Manager profile that asks the sites", () => {
  const records = whole.resources
    .filter((each) => typeOf(each) === "RecordSet")
    .map(({ inputs }) => [inputs["relativeRecordSetName"], inputs["recordType"], inputs["zoneName"], inputs["ttl"]]);
  expect(records.sort()).toEqual([
    ["*.shop.test", "CNAME", "storm.example.com", 120],
    ["@", "A", "storm.example.com", 120],
    ["shop.test", "CNAME", "storm.example.com", 120],
    ["test", "CNAME", "storm.example.com", 120],
  ]);
  expect(named(whole, "Profile", "azure-dns").inputs).toMatchObject({
    trafficRoutingMethod: "Weighted",
    dnsConfig: { relativeName: expect.stringMatching(/^test-storm-example-com-[0-9a-f]{6}$/) as string, ttl: 120 },
    monitorConfig: { protocol: "HTTP", port: 80, path: "/" },
  });
});

test("a private site has NAT, a bastion, and no address on any node", async () => {
  const hidden = await lab.preview(
    WHOLE.replace("network: {", "network: {private: true, ").replace(
      "dns: {provider: azure, create: true, ttl: 120}",
      "",
    ),
    { stack: "private", policyPacks: [POLICY] },
  );
  expect(hidden.violations).toEqual([]);
  expect(messagesOf(hidden)).toEqual([]);
  expect(counts(hidden)).toMatchObject({ NatGateway: 1, VirtualMachine: 7, NetworkInterface: 7, PublicIPAddress: 3 });
  const addresses = hidden.resources.filter((each) => typeOf(each) === "PublicIPAddress").map(({ name }) => name);
  expect(addresses.sort()).toEqual([
    "azure-westeurope-bastion-address",
    "azure-westeurope-load-balancer-address",
    "azure-westeurope-network-nat-address",
  ]);
  const set = JSON.stringify(named(hidden, "VirtualMachineScaleSet", "azure-westeurope-web").inputs);
  expect(set).not.toContain("publicIPAddressConfiguration");
  // By the bastion's subnet alone.
  expect(rulesOf(hidden, "azure-westeurope-network-managers")).toEqual(
    expect.arrayContaining([
      "Allow admin-tcp-22 from 10.64.255.0/24",
      "Allow admin-tcp-2376 from 10.64.255.0/24",
      "Allow world-udp-51820 from 10.64.0.0/16",
    ]),
  );
  expect(rulesOf(hidden, "azure-westeurope-bastion-rules")).toEqual([
    "Allow admin-tcp-22 from 203.0.113.0/24",
    "Deny nothing-else from *",
  ]);
  const { connection } = named(hidden, "Command", "enroll-data-1").inputs as { connection: { proxy?: object } };
  expect(JSON.stringify(connection)).toMatch(/proxy|\[secret\]/);
});

test("a region without zones names none", async () => {
  const zoneless = await lab.preview(
    "Hostname: storm.example.com\nAzure: {region: westus, pools: [{name: a, count: 1}]}\n",
  );
  expect(JSON.stringify(ofAzure(zoneless).map(({ inputs }) => inputs))).not.toContain('"zones"');
});

test("the seed's short form previews, with a word on what its size became", async () => {
  const seed = await lab.preview("Hostname: storm.example.com\nAzure: [5, Medium]\n", { stack: "seed" });
  expect(messagesOf(seed)).toEqual([
    expect.stringContaining(
      'storm.yml:2:12 Azure/size: warning: "Medium" is a retired name; it became medium (Standard_B2s)',
    ) as string,
  ]);
  expect(counts(seed)).toMatchObject({ VirtualMachine: 5 });
});

standInOnly("a look-up asks the account")(
  "an existing zone is looked up in its resource group, and not made",
  async () => {
    const text = `${WHOLE.replace("azure, create: true", "azure, resourceGroup: zones")}`;
    const seen = await lab.preview(text, { stack: "existing" });
    expect(counts(seen)).not.toHaveProperty("Zone");
    expect(seen.resources.filter((each) => typeOf(each) === "RecordSet")).toHaveLength(3);
  },
);

test("no plan shows user-data or keys in plain text", () => {
  const seen = JSON.stringify(whole.resources.map(({ inputs }) => inputs));
  expect(seen).not.toContain("PRIVATE KEY");
  const packed = [...seen.matchAll(/"customData":"([^"]*)"/g)].map(([, data = ""]) => data);
  expect(packed).toHaveLength(7);
  for (const data of packed) expect(() => gunzipSync(Buffer.from(data, "base64"))).toThrow();
});
