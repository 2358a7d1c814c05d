import { gunzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { createSite } from "../../components/pools/azure";
import type { Site } from "../../components/site";
import type { Plan } from "../../plan/types";
import { planOf } from "../plan/plans";
import { Turns } from "../../components/turns";
import { SIDE_BY_SIDE } from "../../plan/succession";
import { privateAddressOf, publicAddressOf } from "./support/fake-azure";
import { promiseOf, type Registered, register } from "./support/mocks";

/**
 * A site in Azure: names, parents, options and secrets. That the cloud takes it is shown by tests/previews; a real account's answers
 * are in neither.
 */

const WHOLE = `
Hostname: storm.example.com
Azure:
  region: westeurope
  pools:
    - {name: managers, count: 1, role: manager}
    - {name: web, count: 1..40, scaleOn: {cpu: 60%}}
    - {name: data, count: 1, role: data, volume: 100GB}
network: {adminCidrs: [203.0.113.0/24]}
`;

interface Made {
  resources: Registered[];
  site: Site;
  plan: Plan;
}

async function siteOf(text: string, preview = false): Promise<Made> {
  const plan = planOf(text);
  const [site] = plan.sites;
  if (!site) throw new Error("the plan has no site");
  const { resources, result } = await register(
    () =>
      createSite({
        plan,
        site,
        clusterId: pulumi.output("ab12"),
        ssh: { publicKey: pulumi.output("ssh-ed25519 AAAA\n"), privateKey: pulumi.secret("program's key") },
        enrolment: (pool) => pulumi.secret({ consulCaPem: "CA", token: `token of ${pool.key}` }),
        turns: new Turns(SIDE_BY_SIDE),
      }),
    { preview },
  );
  return { resources, site: result, plan };
}

const found = ({ resources }: Made, type: string, name: string): Registered => {
  const [one, ...more] = resources.filter((each) => each.type.endsWith(`:${type}`) && each.name === name);
  if (!one || more.length > 0) throw new Error(`not exactly one ${type} ${name}`);
  return one;
};
const listed = ({ resources }: Made) =>
  resources
    .map(({ type, name, parent }) => `${type.split(":").at(-1) ?? ""} ${name}${parent ? ` in ${parent}` : ""}`)
    .sort();

const SITE = "azure-westeurope";
const NETWORK = `${SITE}-network`;
const BALANCER = `${SITE}-load-balancer`;
const machine = (name: string, pool: string) =>
  [
    `PrivateKey ${name}-host-key`,
    `PublicIPAddress ${name}-address`,
    `NetworkInterface ${name}-nic`,
    `VirtualMachine ${name}`,
  ].map((each) => `${each} in ${SITE}-${pool}`);
const EXPECTED = [
  `azure-native ${SITE}`,
  `AzureNetwork ${NETWORK}`,
  `ResourceGroup ${NETWORK}-group in ${NETWORK}`,
  `UserAssignedIdentity ${NETWORK}-identity in ${NETWORK}`,
  `NetworkSecurityGroup ${NETWORK}-managers in ${NETWORK}`,
  `NetworkSecurityGroup ${NETWORK}-nodes in ${NETWORK}`,
  `VirtualNetwork ${NETWORK}-vnet in ${NETWORK}`,
  `AzureLoadBalancer ${BALANCER}`,
  `PublicIPAddress ${BALANCER}-address in ${BALANCER}`,
  `LoadBalancer ${BALANCER} in ${BALANCER}`,
  `AzureFixedPool ${SITE}-managers`,
  ...machine("managers-1", "managers"),
  `AzureFixedPool ${SITE}-data`,
  ...machine("data-1", "data"),
  `Disk data-1-volume in ${SITE}-data`,
  `AzureElasticPool ${SITE}-web`,
  `VirtualMachineScaleSet ${SITE}-web in ${SITE}-web`,
  `AutoscaleSetting ${SITE}-web-autoscale in ${SITE}-web`,
];

let whole: Made;
beforeAll(async () => {
  whole = await siteOf(WHOLE);
});

test("a site is exactly these resources, each with its parent", () => {
  expect(listed(whole)).toEqual([...EXPECTED].sort());
});

test("a preview before anything exists shows every one of them", async () => {
  expect(listed(await siteOf(WHOLE, true))).toEqual([...EXPECTED].sort());
});

test("components keep nothing of their arguments in the state", () => {
  expect(whole.resources.filter(({ custom, inputs }) => !custom && Object.keys(inputs).length > 0)).toEqual([]);
});

test("a machine's birth is ignored when it changes, and a machine goes before the next of its name comes", () => {
  expect(found(whole, "VirtualMachine", "data-1")).toMatchObject({
    ignoreChanges: ["osProfile", "storageProfile"],
    deleteBeforeReplace: true,
    protect: false,
  });
  // New user-data is for the nodes that come later; how many there are is the autoscale setting's.
  expect(found(whole, "VirtualMachineScaleSet", `${SITE}-web`).ignoreChanges).toEqual(["sku.capacity"]);
});

test("production protects disks, and nothing that has to be replaced now and then", async () => {
  const { resources } = await siteOf(`production: true\n${WHOLE.replace("managers, count: 1", "managers, count: 3")}`);
  expect(resources.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["data-1-volume"]);
});

test("user-data is secret, and tells a data node its disk and an elastic one where it enrols", () => {
  const machineOf = found(whole, "VirtualMachine", "data-1");
  const set = found(whole, "VirtualMachineScaleSet", `${SITE}-web`);
  expect(machineOf.secretInputs).toEqual(["osProfile"]);
  expect(set.secretInputs).toEqual(["virtualMachineProfile"]);
  const { osProfile } = machineOf.inputs as { osProfile: { customData: string } };
  const unpack = (data: string) => gunzipSync(Buffer.from(data, "base64")).toString();
  expect(unpack(osProfile.customData)).toContain("/dev/disk/azure/scsi1/lun0");
  const { virtualMachineProfile: profile } = set.inputs as {
    virtualMachineProfile: { osProfile: { customData: string } };
  };
  const text = unpack(profile.osProfile.customData);
  expect(text).toContain(privateAddressOf("managers-1-nic"));
  expect(text).toContain("token of azure-westeurope/web");
});

test("nodes are known by a machine's own id and the addresses that outlive it", async () => {
  const [data] = whole.site.nodes.filter(({ plan }) => plan.name === "data-1");
  if (!data) throw new Error("no data-1");
  expect(await promiseOf(data.id)).toBe("machine data-1");
  expect(await promiseOf(data.address)).toBe(publicAddressOf("data-1-address"));
  expect(await promiseOf(data.privateAddress)).toBe(privateAddressOf("data-1-nic"));
  expect(await promiseOf(data.endpoint)).toBe(`${publicAddressOf("data-1-address")}:51820`);
  expect(data.proxy).toBeUndefined();
  expect(whole.site.nodes.map(({ plan }) => plan.name)).toEqual(whole.plan.nodes.map(({ name }) => name));
});

test("private nodes are reached by their private addresses, through the bastion", async () => {
  const hidden = await siteOf(WHOLE.replace("network: {", "network: {private: true, "));
  for (const node of hidden.site.nodes) {
    expect(await promiseOf(node.address)).toBe(privateAddressOf(`${node.plan.name}-nic`));
    expect(await promiseOf(node.endpoint)).toBe(`${privateAddressOf(`${node.plan.name}-nic`)}:51820`);
    if (!node.proxy) throw new Error("no proxy");
    expect(await promiseOf(node.proxy.host)).toBe(publicAddressOf(`${SITE}-bastion-address`));
    expect(await promiseOf(node.proxy.hostKey)).toMatch(/^ssh-ed25519 \S+$/);
  }
  expect(found(hidden, "VirtualMachine", `${SITE}-bastion`).secretInputs).toEqual(["osProfile"]);
});

test("users arrive at the load balancer, which fixed and elastic nodes stand behind", async () => {
  expect(await promiseOf(whole.site.entry.addresses)).toEqual([publicAddressOf(`${BALANCER}-address`)]);
  expect(await promiseOf(whole.site.entry.ports)).toEqual({ https: 443, http: 80 });
  const backend = `id-${BALANCER}/backendAddressPools/nodes`;
  for (const [type, name] of [
    ["NetworkInterface", "managers-1-nic"],
    ["NetworkInterface", "data-1-nic"],
    ["VirtualMachineScaleSet", `${SITE}-web`],
  ] as const)
    expect(JSON.stringify(found(whole, type, name).inputs)).toContain(backend);
});

test("tags say whose it is, of which environment and pool, wherever Azure takes some", () => {
  const tagged = whole.resources.filter(({ type }) => type.startsWith("azure-native:"));
  for (const { name, inputs } of tagged)
    expect([name, inputs["tags"]]).toEqual([
      name,
      expect.objectContaining({ owner: "storm", stack: "dev", pool: expect.any(String) as string }),
    ]);
});

test("a large pool grows in larger steps", () => {
  const text = JSON.stringify(found(whole, "AutoscaleSetting", `${SITE}-web-autoscale`).inputs);
  expect(text).toContain('"direction":"Increase","type":"ChangeCount","value":"4"');
  expect(text).toContain('"direction":"Decrease","type":"ChangeCount","value":"1"');
});
