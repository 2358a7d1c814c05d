/** AWS sites, planned by the real engine against the stand-in of the aws plugin. */
import { type Planned, POLICY, PreviewLab, type Previewed, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

const EVERYTHING = `
Hostname: storm.example.com
production: true
network: {adminCidrs: [198.51.100.0/24]}
AWS:
  region: eu-west-1
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: graviton, count: 2, size: m7g.large, role: worker, spot: true, zones: [eu-west-1b]}
    - {name: data, count: 2, size: large, role: data, volume: 100GB}
    - {name: web, count: 2..10, size: t4g.medium, role: worker, spot: true, scaleOn: {cpu: 60%}}
    - {name: steady, count: 1..4, size: medium, role: worker}
dns: {provider: route53, zone: example.com, create: true, ttl: 60}
compose:
  shop: {file: shop.yml}
`;
const SHOP = ["services:", "  web: {image: 'nginx:1.27', expose: [80]}"];

let lab: PreviewLab;
let all: Previewed;
beforeAll(async () => {
  lab = await PreviewLab.start();
  lab.write("shop.yml", SHOP);
  all = await lab.preview(EVERYTHING, { policyPacks: [POLICY] });
});
afterAll(() => lab.stop());

/** Resources of AWS by "Type name". */
function named({ resources }: Previewed): Record<string, Planned> {
  const own = resources.filter(({ type }) => type.startsWith("aws:"));
  return Object.fromEntries(own.map((each) => [`${each.type.split(":").pop()} ${each.name}`, each]));
}

function inputs(previewed: Previewed, key: string): Record<string, unknown> {
  const found = named(previewed)[key];
  if (!found) throw new Error(`no ${key}; there are ${Object.keys(named(previewed)).join(", ")}`);
  return found.inputs;
}

const ofType = (previewed: Previewed, type: string) =>
  Object.keys(named(previewed))
    .filter((key) => key.startsWith(`${type} `))
    .map((key) => key.slice(type.length + 1))
    .sort();

const TAGS = { owner: "storm", stack: "test" };

test("a provider of the site's own region, and no default one", () => {
  const providers = all.resources.filter(({ type }) => type === "pulumi:providers:aws");
  expect(providers.map(({ name, inputs: { region } }) => [name, region])).toEqual(
    expect.arrayContaining([
      ["aws-eu-west-1", "eu-west-1"],
      ["route53", "us-east-1"],
    ]),
  );
  expect(providers).toHaveLength(2);
});

test("every resource passes the policy pack, in production", () => {
  expect(all.violations).toEqual([]);
});

test("subnets follow the zone's letter, and nothing in them gets an address by itself", () => {
  expect(inputs(all, "Vpc aws-eu-west-1-network")["cidrBlock"]).toBe("10.64.0.0/16");
  const blocks = ofType(all, "Subnet").map((name) => [name, inputs(all, `Subnet ${name}`)["cidrBlock"]]);
  expect(blocks).toEqual([
    ["public-eu-west-1a", "10.64.0.0/20"],
    ["public-eu-west-1b", "10.64.16.0/20"],
    ["public-eu-west-1c", "10.64.32.0/20"],
  ]);
  expect(inputs(all, "Subnet public-eu-west-1a")["mapPublicIpOnLaunch"]).toBe(false);
  expect(ofType(all, "NatGateway")).toEqual([]);
});

test("who may reach what: the world the load balancer and the mesh, the operators the rest", () => {
  const prefix = "aws-eu-west-1-network-groups-";
  const rules = ofType(all, "SecurityGroupIngressRule").map((name) => {
    const { ipProtocol, fromPort, toPort, cidrIpv4 } = inputs(all, `SecurityGroupIngressRule ${name}`);
    expect(fromPort).toBe(toPort);
    const port = [ipProtocol, fromPort].map(String).join(" ");
    return `${name.slice(prefix.length).split("-")[0] ?? ""} ${port} ${cidrIpv4 === undefined ? "group" : String(cidrIpv4)}`;
  });
  expect(rules).toEqual([
    "balancer tcp 443 0.0.0.0/0",
    "balancer tcp 80 0.0.0.0/0",
    "manager tcp 2376 198.51.100.0/24",
    "manager tcp 8501 198.51.100.0/24",
    "node tcp 22 198.51.100.0/24",
    "node tcp 443 group",
    "node tcp 80 group",
    "node tcp 8501 10.64.0.0/16",
    "node udp 51820 0.0.0.0/0",
  ]);
});

test("a fixed node: an address before the machine, an encrypted disk, and metadata for the machine alone", () => {
  const instance = inputs(all, "Instance managers-1");
  expect(instance).toMatchObject({
    instanceType: "t3.small",
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { encrypted: true, volumeType: "gp3" },
    maintenanceOptions: { autoRecovery: "default" },
    monitoring: false,
    tags: { ...TAGS, pool: "managers", Name: "storm-test-managers-1" },
  });
  expect(ofType(all, "Eip")).toEqual([
    "data-1",
    "data-2",
    "graviton-1",
    "graviton-2",
    "managers-1",
    "managers-2",
    "managers-3",
  ]);
  // Planned before their machines: the state has them in this order.
  const order = Object.keys(named(all));
  expect(order.indexOf("Eip managers-1")).toBeLessThan(order.indexOf("Instance managers-1"));
});

test("spot where asked, and only there; the image fits the processor", () => {
  expect(inputs(all, "Instance graviton-1")).toMatchObject({
    instanceMarketOptions: { marketType: "spot", spotOptions: { instanceInterruptionBehavior: "terminate" } },
  });
  expect(inputs(all, "Instance graviton-1")["maintenanceOptions"]).toBeUndefined();
  expect(inputs(all, "Instance managers-1")["instanceMarketOptions"]).toBeUndefined();
  const images = ["graviton-1", "managers-1", "data-1"].map((name) => inputs(all, `Instance ${name}`)["ami"]);
  expect(images[0]).not.toBe(images[1]);
  expect(images[1]).toBe(images[2]);
});

test("a data node's disk is its own, and encrypted", () => {
  expect(inputs(all, "Volume data-1-data")).toMatchObject({
    availabilityZone: "eu-west-1a",
    size: 100,
    type: "gp3",
    encrypted: true,
    tags: { ...TAGS, pool: "data" },
  });
  expect(ofType(all, "VolumeAttachment")).toEqual(["data-1-data", "data-2-data"]);
});

test("elastic pools track CPU use between their bounds, over the zones, on demand or spot", () => {
  const [web, steady] = ["web", "steady"].map((name) => inputs(all, `Group aws-eu-west-1/${name}`));
  expect(web).toMatchObject({ minSize: 2, maxSize: 10, healthCheckType: "EC2" });
  expect(web?.["mixedInstancesPolicy"]).toMatchObject({
    instancesDistribution: { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 0 },
  });
  expect(steady?.["mixedInstancesPolicy"]).toBeUndefined();
  expect(steady?.["desiredCapacity"]).toBeUndefined();
  expect(inputs(all, "Policy aws-eu-west-1/web")["targetTrackingConfiguration"]).toMatchObject({ targetValue: 60 });
  expect(inputs(all, "LaunchTemplate aws-eu-west-1/web-arm64")).toMatchObject({
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ ebs: { encrypted: "true", volumeType: "gp3" } }],
    networkInterfaces: [{ associatePublicIpAddress: "true" }],
  });
});

test("the load balancer has every zone and every fixed node, and keeps the client's address", () => {
  expect(inputs(all, "LoadBalancer aws-eu-west-1-load-balancer")).toMatchObject({
    loadBalancerType: "network",
    internal: false,
    enableCrossZoneLoadBalancing: true,
  });
  expect(inputs(all, "TargetGroup aws-eu-west-1-load-balancer-https")).toMatchObject({
    port: 443,
    preserveClientIp: "true",
  });
  expect(ofType(all, "TargetGroupAttachment")).toHaveLength(14);
});

test("each name is one weighted alias a site, as healthy as its load balancer", () => {
  expect(ofType(all, "Record")).toEqual([
    "*.shop.test.storm.example.com-aws-eu-west-1",
    "shop.test.storm.example.com-aws-eu-west-1",
    "storm.example.com-aws-eu-west-1",
    "test.storm.example.com-aws-eu-west-1",
  ]);
  expect(inputs(all, "Record test.storm.example.com-aws-eu-west-1")).toMatchObject({
    type: "A",
    setIdentifier: "aws-eu-west-1",
    weightedRoutingPolicies: [{ weight: 100 }],
    aliases: [{ evaluateTargetHealth: true }],
  });
  expect(inputs(all, "Zone example.com")["forceDestroy"]).toBe(false);
});

test("whatever takes tags has an owner and a stack; whatever is of a pool says of which", () => {
  const untagged = new Set([
    "Route",
    "RouteTableAssociation",
    "TargetGroupAttachment",
    "VolumeAttachment",
    "Record",
    "Policy",
  ]);
  const wrong = Object.entries(named(all)).filter(([key, { inputs: given }]) => {
    const type = key.split(" ")[0] ?? "";
    if (untagged.has(type) || type === "Group") return false;
    const tags = (given["tags"] ?? {}) as Record<string, string>;
    const pooled = ["Instance", "Volume", "LaunchTemplate", "NetworkInterface"].includes(type);
    return tags["owner"] !== "storm" || tags["stack"] !== "test" || (pooled && !tags["pool"]);
  });
  expect(wrong.map(([key]) => key)).toEqual([]);
});

test("private nodes: NAT in each zone with nodes, one way in", async () => {
  const hidden = await lab.preview(
    `
Hostname: storm.example.com
network: {private: true, adminCidrs: [198.51.100.0/24]}
AWS:
  region: us-east-1
  pools:
    - {name: managers, count: 3, size: small, role: manager, zones: [us-east-1b, us-east-1d, us-east-1f]}
    - {name: web, count: 1..3, size: small, role: worker, zones: [us-east-1b]}
`,
    { stack: "hidden", policyPacks: [POLICY] },
  );
  expect(hidden.violations).toEqual([]);
  expect(ofType(hidden, "Eip").filter((name) => !name.includes("nat"))).toEqual(["aws-us-east-1-bastion"]);
  expect(ofType(hidden, "NatGateway")).toEqual(
    ["b", "d", "f"].map((zone) => `aws-us-east-1-network-nat-us-east-1${zone}`),
  );
  const blocks = ofType(hidden, "Subnet").map((name) => inputs(hidden, `Subnet ${name}`)["cidrBlock"]);
  expect(blocks).toEqual([
    "10.64.144.0/20",
    "10.64.176.0/20",
    "10.64.208.0/20",
    "10.64.16.0/20",
    "10.64.48.0/20",
    "10.64.80.0/20",
  ]);
  const world = ofType(hidden, "SecurityGroupIngressRule").filter(
    (name) => inputs(hidden, `SecurityGroupIngressRule ${name}`)["cidrIpv4"] === "0.0.0.0/0",
  );
  expect(world.map((name) => name.split("groups-")[1])).toEqual([
    "balancer-tcp-443-from-world",
    "balancer-tcp-80-from-world",
  ]);
  expect(inputs(hidden, "LaunchTemplate aws-us-east-1/web")).toMatchObject({
    networkInterfaces: [{ associatePublicIpAddress: "false" }],
  });
  const enroll = hidden.resources.find(({ name }) => name === "enroll-managers-1");
  expect(enroll?.inputs["connection"]).toBeDefined();
});
