import { physicalName, scopeOf } from "../../components/digitalocean/names";
import { inboundRules } from "../../components/network/digitalocean-firewall";
import { type Made, resourceOf, siteOf, WHOLE } from "./support/digitalocean";
import { address } from "./support/fake-digitalocean";
import { promiseOf } from "./support/mocks";

/**
 * A site at DigitalOcean: names, parents, secrets and what is open. That the cloud takes it is shown by tests/previews; a real
 * account's answers are in neither.
 */

let whole: Made;
const found = (type: string, name: string) => resourceOf(whole, type, name);
beforeAll(async () => {
  whole = await siteOf(WHOLE);
});

const listed = ({ resources }: Made) =>
  resources
    .map(({ type, name, parent }) => `${type.split(":").at(-1) ?? ""} ${name}${parent ? ` in ${parent}` : ""}`)
    .sort();
const SITE = "digitalocean-ams3";
const EXPECTED = [
  `digitalocean ${SITE}`,
  `DigitalOceanNetwork ${SITE}-network`,
  ...[
    "Vpc vpc",
    "Project project",
    "Tag owner",
    "Tag stack",
    "Tag manager",
    "Tag data",
    "Tag worker",
    "PrivateKey key",
    "SshKey key",
  ]
    .map((words) => words.split(" "))
    .map(([type, key]) => `${type ?? ""} ${SITE}-network-${key ?? ""} in ${SITE}-network`),
  `DigitalOceanLoadBalancer ${SITE}-load-balancer`,
  `LoadBalancer ${SITE}-load-balancer in ${SITE}-load-balancer`,
  `DigitalOceanFirewall ${SITE}-firewall`,
  `Firewall ${SITE}-firewall-nodes in ${SITE}-firewall`,
  `Firewall ${SITE}-firewall-managers in ${SITE}-firewall`,
  "DigitalOceanPool managers",
  "Tag managers-pool in managers",
  "ProjectResources managers-project in managers",
  "PrivateKey managers-1-host-key in managers",
  "Droplet managers-1 in managers",
  "ReservedIp managers-1-address in managers",
  "ReservedIpAssignment managers-1-address in managers",
  "DigitalOceanPool data",
  "Tag data-pool in data",
  "ProjectResources data-project in data",
  "PrivateKey data-1-host-key in data",
  "Droplet data-1 in data",
  "Volume data-1-volume in data",
  "VolumeAttachment data-1-volume in data",
  "DigitalOceanElasticPool web",
  "Tag web-pool in web",
  "DropletAutoscale web in web",
];

test("a site is exactly these resources, each with its parent", () => {
  expect(listed(whole)).toEqual([...EXPECTED].sort());
});

test("a preview before anything exists shows every one of them", async () => {
  expect(listed(await siteOf(WHOLE, true))).toEqual([...EXPECTED].sort());
});

test("another order in storm.yml is the same resources", async () => {
  const lines = WHOLE.split("\n");
  const pools = lines.filter((line) => line.startsWith("    - "));
  const reversed = [...pools].reverse();
  const turned = lines.map((line) => (pools.includes(line) ? (reversed.shift() ?? "") : line)).join("\n");
  expect(turned).not.toBe(WHOLE);
  const inputs = ({ resources }: Made) => resources.map(({ type, name, inputs: given }) => ({ type, name, given }));
  expect(inputs(await siteOf(turned))).toEqual(inputs(whole));
});

test("components keep nothing of their arguments in the state", () => {
  const kept = whole.resources.filter(({ custom, inputs }) => !custom && Object.keys(inputs).length > 0);
  expect(kept).toEqual([]);
});

test("what is secret is so: user-data, fixed and elastic", () => {
  expect(found("Droplet", "managers-1").secretInputs).toContain("userData");
  const elastic = found("DropletAutoscale", "web");
  expect(elastic.secretInputs).toEqual(["dropletTemplate"]);
  expect(elastic.secretOutputs).toEqual(["dropletTemplate"]);
  const text = JSON.stringify(whole.resources.filter(({ name }) => name !== "web").map(({ inputs }) => inputs));
  expect(text).not.toContain("token of");
});

test("a node's birth is never a reason to replace it, and it goes before its successor comes", () => {
  expect(found("Droplet", "managers-1")).toMatchObject({
    ignoreChanges: ["image", "userData", "sshKeys"],
    deleteBeforeReplace: true,
    protect: false,
  });
  expect(found("ReservedIpAssignment", "managers-1-address").deleteBeforeReplace).toBe(true);
  expect(found("VolumeAttachment", "data-1-volume").deleteBeforeReplace).toBe(true);
  expect(found("ReservedIp", "managers-1-address").ignoreChanges).toEqual(["dropletId"]);
  expect(found("DropletAutoscale", "web").ignoreChanges).toEqual(["dropletTemplate.image"]);
});

test("production protects the data's disks, and those alone", async () => {
  const made = await siteOf(
    `${WHOLE}production: true\nlimits: {global: {monthlyCost: 5000}}\ntls: {acme: {email: a@example.com}}\ndns: {provider: digitalocean}\n`,
  );
  expect(
    made.resources.filter(({ protect }) => protect).map(({ type, name }) => [type.split(":").at(-1), name]),
  ).toEqual([["Volume", "data-1-volume"]]);
});

test("nothing is open to the world but the mesh; the rest is for admins, the site and the load balancer", () => {
  const rules = inboundRules("node", { network: whole.plan.network, siteTag: "SITE", loadBalancer: "LB" });
  expect(rules).toEqual([
    { protocol: "tcp", portRange: "80", sourceLoadBalancerUids: ["LB"] },
    { protocol: "tcp", portRange: "443", sourceLoadBalancerUids: ["LB"] },
    { protocol: "udp", portRange: "51820", sourceAddresses: ["0.0.0.0/0", "::/0"] },
    { protocol: "tcp", portRange: "22", sourceAddresses: ["203.0.113.0/24"] },
    { protocol: "tcp", portRange: "8501", sourceTags: ["SITE"] },
  ]);
  const open = whole.resources
    .filter(({ type }) => type.endsWith(":Firewall"))
    .flatMap(
      ({ inputs }) => inputs["inboundRules"] as { portRange: string; protocol: string; sourceAddresses?: string[] }[],
    )
    .filter(({ sourceAddresses }) => sourceAddresses?.some((each) => each.endsWith("/0")))
    .map(({ protocol, portRange }) => `${protocol} ${portRange}`);
  expect(open).toEqual(["udp 51820"]);
  expect(found("Firewall", `${SITE}-firewall-managers`).inputs["inboundRules"]).toEqual(
    ["2376", "8501"].map((portRange) => ({ protocol: "tcp", portRange, sourceAddresses: ["203.0.113.0/24"] })),
  );
});

test("without admins' networks nobody reaches SSH, and no rule is without a source", () => {
  const network = { ...whole.plan.network, adminCidrs: [] };
  const rules = inboundRules("node", { network, siteTag: "SITE", loadBalancer: "LB" });
  expect(rules.map(({ portRange }) => portRange)).toEqual(["80", "443", "51820", "8501"]);
  expect(inboundRules("manager", { network, siteTag: "SITE", loadBalancer: "LB" })).toEqual([]);
});

test("every machine is behind the firewall and the load balancer from its start, by its tags", () => {
  const site = "stack:storm-dev-ams3";
  const template = found("DropletAutoscale", "web").inputs["dropletTemplate"] as { tags: string[] };
  expect(template.tags).toEqual([
    "owner:storm-dev-ams3",
    site,
    "role:storm-dev-ams3:worker",
    "pool:storm-dev-ams3:web",
  ]);
  expect(found("Droplet", "data-1").inputs["tags"]).toEqual([
    "owner:storm-dev-ams3",
    site,
    "role:storm-dev-ams3:data",
    "pool:storm-dev-ams3:data",
  ]);
  expect(found("Firewall", `${SITE}-firewall-nodes`).inputs["tags"]).toEqual([site]);
  expect(found("LoadBalancer", `${SITE}-load-balancer`).inputs).toMatchObject({
    dropletTag: site,
    enableProxyProtocol: true,
    healthcheck: { protocol: "tcp", port: 443 },
  });
});

test("an elastic pool keeps to its bounds and enrols with the site's managers", () => {
  const { config, dropletTemplate } = found("DropletAutoscale", "web").inputs as {
    config: object;
    dropletTemplate: { userData: string };
  };
  expect(config).toMatchObject({ minInstances: 1, maxInstances: 4, targetCpuUtilization: 0.6 });
  expect(dropletTemplate.userData).toContain(address("10.110.0", "managers-1"));
  expect(dropletTemplate.userData).not.toContain(address("10.110.0", "data-1"));
});

test("a manager is reached at its reserved address, others at their own; the data node knows its disk", async () => {
  const [data, manager] = whole.site.nodes;
  const reserved = address("198.51.100", "managers-1-address");
  expect(manager && (await promiseOf(manager.address))).toBe(reserved);
  expect(manager && (await promiseOf(manager.endpoint))).toBe(`${reserved}:51820`);
  expect(data && (await promiseOf(data.address))).toBe(address("203.0.113", "data-1"));
  expect(data && (await promiseOf(data.privateAddress))).toBe(address("10.110.0", "data-1"));
  expect(found("Droplet", "data-1").inputs["userData"]).toContain("/dev/disk/by-id/scsi-0DO_Volume_storm-dev-data-1");
});

test("users arrive at the load balancer, whose PROXY headers come from the site's own network", async () => {
  const { entry } = whole.site;
  expect(await promiseOf(entry.addresses)).toEqual([address("192.0.2", `${SITE}-load-balancer`)]);
  expect(await promiseOf(entry.ports)).toEqual({ https: 443, http: 80 });
  expect(entry.proxyProtocolFrom && (await promiseOf(entry.proxyProtocolFrom))).toEqual(["10.110.0.0/20"]);
});

test("names fit whatever they are made from, and stay apart", () => {
  const plan = { name: "7".repeat(24), env: "e".repeat(20) };
  const names = ["web-1", `${"p".repeat(30)}-1`, `${"p".repeat(30)}-2`].map((part) => physicalName(plan, part));
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
  expect(new Set(names).size).toBe(3);
  expect(physicalName({ name: "storm", env: "prod" }, "web-1")).toBe("storm-prod-web-1");
  expect(scopeOf({ name: "storm", env: "prod" }, { region: "ams3" })).toBe("storm-prod-ams3");
});
