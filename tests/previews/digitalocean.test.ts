/** DigitalOcean by the real engine: what is planned, what a change touches, and what is refused before anything is made. */
import { type Planned, POLICY, PreviewLab, type Previewed, SUITE_TIMEOUT_MS } from "./lab";
import { standInOnly } from "./official";

jest.setTimeout(SUITE_TIMEOUT_MS);

const WHOLE = `
Hostname: storm.example.com
DigitalOcean:
  region: ams3
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: web, count: 2..10, size: medium, scaleOn: {cpu: 60%}}
    - {name: data, count: 2, size: large, role: data, volume: 100GB}
network: {adminCidrs: [203.0.113.0/24]}
dns: {provider: digitalocean, create: true, ttl: 120}
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

const typeOf = ({ type }: Planned) => type.split(":").at(-1) ?? "";
const ofDigitalOcean = ({ resources }: Previewed) => resources.filter(({ type }) => type.startsWith("digitalocean:"));
const named = (previewed: Previewed, type: string, name: string): Planned => {
  const [found, ...more] = previewed.resources.filter((each) => typeOf(each) === type && each.name === name);
  if (!found || more.length > 0) throw new Error(`not exactly one ${type} ${name}`);
  return found;
};
/** Without what only tells how old the prices are. */
const messagesOf = ({ messages }: Previewed) =>
  messages.filter((text) => !/the prices of|adminCidrs names no network/.test(text));

test("fixed, elastic and data pools, load balancer, firewalls and DNS are planned, and nothing more", () => {
  expect(messagesOf(whole)).toEqual([]);
  const counts: Record<string, number> = {};
  for (const each of ofDigitalOcean(whole)) counts[typeOf(each)] = (counts[typeOf(each)] ?? 0) + 1;
  expect(counts).toEqual({
    DnsRecord: 4,
    Domain: 1,
    Droplet: 5,
    DropletAutoscale: 1,
    Firewall: 2,
    LoadBalancer: 1,
    Project: 1,
    ProjectResources: 2,
    ReservedIp: 3,
    ReservedIpAssignment: 3,
    SshKey: 1,
    Tag: 8,
    Volume: 2,
    VolumeAttachment: 2,
    Vpc: 1,
  });
  expect(ofDigitalOcean(whole).every(({ op }) => op === "create")).toBe(true);
});

test("every resource passes the policy pack, DigitalOcean's DNS included", () => {
  expect(whole.violations).toEqual([]);
});

test("every resource has a provider of its own; none falls to a default", () => {
  const providers = whole.resources.filter(({ type }) => type === "pulumi:providers:digitalocean");
  expect(providers.map(({ name }) => name).sort()).toEqual(["digitalocean-ams3", "dns"]);
});

test("a Droplet is what the plan says", () => {
  expect(named(whole, "Droplet", "data-1").inputs).toMatchObject({
    name: "storm-test-data-1",
    region: "ams3",
    size: "s-4vcpu-8gb",
    image: "195932981",
    monitoring: true,
    dropletAgent: false,
  });
  expect(named(whole, "Volume", "data-1-volume").inputs).toMatchObject({ name: "storm-test-data-1", size: 100 });
});

test("an elastic pool follows the load between its bounds", () => {
  const { config, dropletTemplate } = named(whole, "DropletAutoscale", "web").inputs;
  expect(config).toEqual({ minInstances: 2, maxInstances: 10, targetCpuUtilization: 0.6, cooldownMinutes: 5 });
  expect(dropletTemplate).toMatchObject({ size: "s-2vcpu-4gb", withDropletAgent: true });
});

test("records lead from every name to the load balancer", () => {
  const records = ofDigitalOcean(whole).filter((each) => typeOf(each) === "DnsRecord");
  expect(records.map(({ inputs }) => [inputs["name"], inputs["type"], inputs["ttl"]]).sort()).toEqual([
    ["*.shop.test", "A", 120],
    ["@", "A", 120],
    ["shop.test", "A", 120],
    ["test", "A", 120],
  ]);
});

test("the seed's words are two Droplets of 1 GB, with a warning that says what they became", async () => {
  const seed = await lab.preview("DigitalOcean: [2, 1G]\n", { stack: "seed" });
  expect(messagesOf(seed)).toEqual([
    expect.stringContaining(
      'storm.yml:1:19 DigitalOcean/size: warning: "1G" is a retired name; it became micro (s-1vcpu-1gb)',
    ),
  ]);
  const droplets = ofDigitalOcean(seed).filter((each) => typeOf(each) === "Droplet");
  expect(droplets.map(({ name, inputs }) => [name, inputs["size"]]).sort()).toEqual([
    ["digitalocean-1", "s-1vcpu-1gb"],
    ["digitalocean-2", "s-1vcpu-1gb"],
  ]);
});

standInOnly("a look-up asks the account")("a zone that is there is asked for, not made", async () => {
  const text =
    "Hostname: storm.example.com\nDigitalOcean: [1, small]\ndns: {provider: digitalocean, zone: example.com}\n";
  const previewed = await lab.preview(text, { stack: "zone" });
  expect(ofDigitalOcean(previewed).filter((each) => typeOf(each) === "Domain")).toEqual([]);
  const providers = previewed.resources.filter(({ type }) => type === "pulumi:providers:digitalocean");
  expect(providers.map(({ name }) => name).sort()).toEqual(["digitalocean-nyc3", "dns"]);
  expect(named(previewed, "DnsRecord", "test.storm.example.com/digitalocean-nyc3").inputs).toMatchObject({
    domain: "example.com",
    name: "test.storm",
  });
});

standInOnly("the plugin does not know what a region has")(
  "a size that the region does not have is refused in the preview, by the resource's name",
  async () => {
    const text = "DigitalOcean: {region: nyc2, pools: [{name: web, count: 1, size: c-4}]}\n";
    const { text: said } = await lab.failing(text, { stack: "size" });
    expect(said).toContain('size "c-4" is not available in nyc2');
  },
);
