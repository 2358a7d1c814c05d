/** The stand-in's tables against the package's own types, and what each check lets through and refuses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TYPES } from "../../lab/plugins/digitalocean/plugin";
import { hasSize, REGION_NAMES } from "../../lab/plugins/digitalocean/regions";
import type { Fields } from "../../lab/plugins/shared/fields";
import { checkFields } from "../../lab/plugins/shared/fields";
import type { ValueMap } from "../../lab/plugins/shared/values";
import { catalog } from "../../spec/sizes/catalog";

const SDK = join(__dirname, "../../node_modules/@pulumi/digitalocean");
const nested = readFileSync(join(SDK, "types/input.d.ts"), "utf8");

/** Names of an interface's members, with whether each has to be there. */
function members(text: string, interfaceName: string): Map<string, boolean> {
  const body = new RegExp(`export interface ${interfaceName} \\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? "";
  return new Map([...body.matchAll(/^ {4}(\w+)(\??):/gm)].map(([, name = "", optional]) => [name, optional === ""]));
}

function sources(type: string): string {
  return readFileSync(join(SDK, `${type.slice(0, 1).toLowerCase()}${type.slice(1)}.d.ts`), "utf8");
}

/** The package's name of a nested object: of "inboundRules" of a Firewall "FirewallInboundRule". */
function nestedName(type: string, property: string): string {
  return `${type}${property.slice(0, 1).toUpperCase()}${property.slice(1).replace(/s$/, "")}`;
}

function compare(fields: Fields, allowed: Map<string, boolean>, type: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (!allowed.has(name)) return [`${type}.${name} is not in the package`];
    const missing = allowed.get(name) === true && !field.required ? [`${type}.${name} is required in the package`] : [];
    if (!field.fields) return missing;
    const inner = nestedName(type, name);
    return [...missing, ...compare(field.fields, members(nested, inner), inner)];
  });
}

test.each(Object.keys(TYPES))("%s: every input and output is one of the package's", (type) => {
  const text = sources(type);
  const table = TYPES[type];
  const allowed = members(text, `${type}Args`);
  expect(allowed.size).toBeGreaterThan(0);
  expect(compare(table?.inputs ?? {}, allowed, type)).toEqual([]);
  const required = [...allowed].filter(([, needed]) => needed).map(([name]) => name);
  expect(Object.keys(table?.inputs ?? {})).toEqual(expect.arrayContaining(required));
  const outputs = [...text.matchAll(/^ {4}readonly (\w+):/gm)].map(([, name]) => name);
  expect(outputs).toEqual(expect.arrayContaining(Object.keys(table?.computed ?? {})));
});

/** Inputs that pass, by type; each case below changes one thing. */
const GOOD: Record<string, ValueMap> = {
  Vpc: { name: "storm-prod", region: "ams3" },
  Tag: { name: "stack:storm-prod" },
  Droplet: { name: "web-1", image: "ubuntu-24-04-x64", region: "ams3", size: "s-1vcpu-1gb" },
  Volume: { name: "data-1", region: "ams3", size: 100 },
  VolumeAttachment: { dropletId: 80_000_001, volumeId: "volume-ams3-data-1" },
  LoadBalancer: {
    name: "storm",
    region: "ams3",
    dropletTag: "stack:storm",
    forwardingRules: [{ entryPort: 443, entryProtocol: "tcp", targetPort: 443, targetProtocol: "tcp" }],
    healthcheck: { protocol: "tcp", port: 443, checkIntervalSeconds: 3 },
  },
  Firewall: {
    name: "storm",
    tags: ["stack:storm"],
    inboundRules: [{ protocol: "tcp", portRange: "22", sourceAddresses: ["203.0.113.0/24", "::/0"] }],
  },
  DropletAutoscale: {
    name: "web",
    config: { minInstances: 2, maxInstances: 10, targetCpuUtilization: 0.7 },
    dropletTemplate: { image: "ubuntu-24-04-x64", region: "ams3", size: "s-1vcpu-1gb", sshKeys: ["aa:bb"] },
  },
  DnsRecord: { domain: "example.com", name: "*.web", type: "A", value: "192.0.2.1", ttl: 60 },
  ProjectResources: { project: "project-1", resources: ["do:droplet:1"] },
  SshKey: { name: "key", publicKey: "ssh-ed25519 AAAA" },
  Project: { name: "storm", environment: "Production" },
};

function reasons(type: string, change: ValueMap): string[] {
  const table = TYPES[type];
  if (!table) throw new Error(`no type ${type}`);
  const { inputs, failures } = checkFields(table.inputs, { ...GOOD[type], ...change });
  const all = failures.length > 0 ? failures : (table.check?.(inputs, { urn: "", name: "x", config: {} }) ?? []);
  return all.map(({ property, reason }) => `${property}: ${reason}`);
}

test.each(Object.keys(GOOD))("%s as the program makes it passes", (type) => {
  expect(reasons(type, {})).toEqual([]);
});

const RULE = { protocol: "tcp", portRange: "22", sourceAddresses: ["0.0.0.0/0"] };
const FORWARD = { entryPort: 443, entryProtocol: "tcp", targetPort: 443, targetProtocol: "tcp" };
const TEMPLATE = { image: "ubuntu-24-04-x64", region: "ams3", size: "s-1vcpu-1gb", sshKeys: ["aa:bb"] };

test.each<[string, ValueMap, string]>([
  ["Vpc", { region: "mars1" }, 'region: there is no region "mars1"'],
  ["Vpc", { name: "a_b" }, "name: a VPC's name"],
  ["Vpc", { ipRange: "10.244.0.0/20" }, "DigitalOcean keeps for itself"],
  ["Vpc", { ipRange: "10.0.0.0/8" }, "from /16 to /28"],
  ["Vpc", { ipRange: "198.51.100.0/24" }, "private network"],
  ["Vpc", { subnets: ["10.0.0.0/24"] }, "subnets: unknown property"],
  ["Tag", { name: "stack storm" }, "name: tags are"],
  ["Droplet", { name: "web_1" }, "name: a Droplet's name"],
  ["Droplet", { name: "x".repeat(64) }, "name: a Droplet's name"],
  ["Droplet", { size: "m7i.large" }, 'size: size "m7i.large" is not available in ams3'],
  ["Droplet", { region: "nyc2", size: "c-2" }, 'size: size "c-2" is not available in nyc2'],
  ["Droplet", { tags: ["a b"] }, "tags: tags are"],
  ["Droplet", { userData: "x".repeat(65_537) }, "userData: user-data is at most 64 KiB, got 65537 bytes"],
  ["Volume", { name: "1-data" }, "a letter first"],
  ["Volume", { name: "d".repeat(65) }, "at most 64"],
  ["Volume", { size: 20_000 }, "size: a Volume is at most 16384 GiB"],
  ["VolumeAttachment", { volumeId: "volume-nyc3-data-1" }, "another region than the Droplet, which is in ams3"],
  ["LoadBalancer", { name: "a_b" }, "name: a load balancer's name"],
  ["LoadBalancer", { dropletIds: [1] }, "conflicts with dropletTag"],
  ["LoadBalancer", { forwardingRules: [FORWARD, FORWARD] }, "an entry port is in two rules"],
  ["LoadBalancer", { healthcheck: { protocol: "tcp", port: 443, checkIntervalSeconds: 1 } }, "must be from 3 to 300"],
  ["LoadBalancer", { healthcheck: { protocol: "tcp", port: 443, path: "/" } }, "is for http and https"],
  ["Firewall", { name: "-storm" }, "name: a firewall's name"],
  ["Firewall", { inboundRules: [] }, "at least one rule"],
  ["Firewall", { tags: ["a", "b", "c", "d", "e", "f"] }, "at most 5 tags"],
  ["Firewall", { inboundRules: [{ ...RULE, portRange: "22,80" }] }, "portRange is a port"],
  ["Firewall", { inboundRules: [{ ...RULE, portRange: "0" }] }, "portRange is a port"],
  ["Firewall", { inboundRules: [{ ...RULE, protocol: "icmp" }] }, "none for icmp"],
  ["Firewall", { inboundRules: [{ ...RULE, sourceAddresses: [] }] }, "at least one source is needed"],
  ["Firewall", { inboundRules: [{ ...RULE, sourceAddresses: ["10.0.0.0/33"] }] }, "addresses are"],
  ["DropletAutoscale", { config: { minInstances: 5, maxInstances: 2 } }, "must be at most maxInstances (2), got 5"],
  ["DropletAutoscale", { config: { minInstances: 0, maxInstances: 2 } }, "config.minInstances: must be from 1 to 500"],
  ["DropletAutoscale", { config: { cooldownMinutes: 1 } }, "must be from 5 to 20"],
  ["DropletAutoscale", { dropletTemplate: { ...TEMPLATE, sshKeys: [] } }, "at least one key"],
  [
    "DropletAutoscale",
    { dropletTemplate: { ...TEMPLATE, region: "nyc2", size: "g-2vcpu-8gb" } },
    "not available in nyc2",
  ],
  ["DnsRecord", { value: "lb.example.net" }, "an A record's value is an IPv4 address"],
  ["DnsRecord", { type: "CNAME", name: "@", value: "lb.example.net." }, "cannot be at the domain itself"],
  ["DnsRecord", { name: "a..b" }, "the name below the domain"],
  ["ProjectResources", { resources: ["do:reservedip:192.0.2.1"] }, "what a project can hold"],
])("%s %j is refused", (type, change, reason) => {
  expect(reasons(type, change).join("\n")).toContain(reason);
});

test("two networks of an account must not overlap", () => {
  expect(reasons("Vpc", { name: "one", ipRange: "10.20.0.0/16" })).toEqual([]);
  expect(reasons("Vpc", { name: "two", ipRange: "10.20.16.0/20" })).toEqual([
    "ipRange: the range overlaps another VPC's of the account",
  ]);
});

test("the catalog's regions are there, every portable size in each of them, and every type in the default one", () => {
  const { regions, sizes, defaultRegion } = catalog.digitalocean;
  expect([...regions.keys()].sort()).toEqual([...REGION_NAMES].sort());
  const missing = [...regions.keys()].flatMap((region) =>
    Object.values(sizes.portable).filter((type) => !hasSize(region, type)),
  );
  expect([...missing, ...[...sizes.types.keys()].filter((type) => !hasSize(defaultRegion, type))]).toEqual([]);
});
