/** What Azure refuses, by the stand-in: each with the smallest input that is wrong. */
import { azurePlugin } from "../../lab/plugins/azure-native/plugin";
import { checkFields } from "../../lab/plugins/shared/fields";
import { secret, unknown, type ValueMap } from "../../lab/plugins/shared/values";

/** As the engine has it checked: types first, then rules. */
function refused(type: string, inputs: ValueMap): string[] {
  const resource = azurePlugin.resources[`azure-native:${type}`];
  if (!resource) throw new Error(type);
  const { inputs: checked, failures } = checkFields(resource.inputs, inputs);
  const all = failures.length > 0 ? failures : (resource.check?.(checked, { urn: "", name: "one", config: {} }) ?? []);
  return all.map(({ property, reason }) => `${property}: ${reason}`);
}

const place = { resourceGroupName: "group", location: "westeurope" };
const vnet = (...subnets: string[]): ValueMap => ({
  ...place,
  virtualNetworkName: "nodes",
  addressSpace: { addressPrefixes: ["10.64.0.0/16"] },
  subnets: subnets.map((addressPrefix, index) => ({ name: `s${index}`, addressPrefix })),
});
const rule = (name: string, priority: number, sourceAddressPrefix = "Internet"): ValueMap => ({
  name,
  priority,
  sourceAddressPrefix,
  direction: "Inbound",
  access: "Allow",
  protocol: "Tcp",
  sourcePortRange: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "443",
});
const group = (...securityRules: ValueMap[]): ValueMap => ({
  ...place,
  networkSecurityGroupName: "nodes",
  securityRules,
});
const ssh = { publicKeys: [{ path: "/home/storm/.ssh/authorized_keys", keyData: "ssh-ed25519 AAAA" }] };
const os = {
  computerName: "one-1",
  adminUsername: "storm",
  customData: secret("AAAA"),
  linuxConfiguration: { disablePasswordAuthentication: true, ssh },
};
const vm = (more: ValueMap = {}, osMore: ValueMap = {}): ValueMap => ({
  ...place,
  vmName: "one-1",
  hardwareProfile: { vmSize: "Standard_B2s" },
  storageProfile: {
    imageReference: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server", version: "latest" },
    osDisk: { createOption: "FromImage" },
  },
  osProfile: { ...os, ...osMore },
  networkProfile: { networkInterfaces: [{ id: unknown }] },
  ...more,
});
const balancer = (reference: string): ValueMap => ({
  ...place,
  loadBalancerName: "ingress",
  sku: { name: "Standard" },
  frontendIPConfigurations: [{ name: "public", publicIPAddress: { id: unknown } }],
  backendAddressPools: [{ name: "nodes" }],
  probes: [{ name: "https", protocol: "Tcp", port: 443 }],
  loadBalancingRules: [
    {
      name: "https",
      protocol: "Tcp",
      frontendPort: 443,
      backendPort: 443,
      frontendIPConfiguration: { id: "$self/frontendIPConfigurations/public" },
      backendAddressPools: [{ id: "$self/backendAddressPools/nodes" }],
      probe: { id: reference },
    },
  ],
});
const trigger = {
  metricName: "Percentage CPU",
  metricResourceUri: unknown,
  operator: "GreaterThan",
  threshold: 70,
  statistic: "Average",
  timeAggregation: "Average",
  timeGrain: "PT1M",
};
const scale = (minimum: string, usual: string, maximum: string, timeWindow = "PT5M"): ValueMap => ({
  ...place,
  autoscaleSettingName: "web",
  profiles: [
    {
      name: "cpu",
      capacity: { minimum, default: usual, maximum },
      rules: [
        {
          metricTrigger: { ...trigger, timeWindow },
          scaleAction: { direction: "Increase", type: "ChangeCount", value: "1", cooldown: "PT5M" },
        },
      ],
    },
  ],
});

const traffic = (...targets: string[]): ValueMap => ({
  resourceGroupName: "group",
  location: "global",
  profileName: "ingress",
  trafficRoutingMethod: "Weighted",
  dnsConfig: { relativeName: "ingress", ttl: 60 },
  monitorConfig: { protocol: "TCP", port: 443, intervalInSeconds: 10, timeoutInSeconds: 5 },
  endpoints: targets.map((target, index) => ({
    name: `e${index}`,
    type: "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
    target,
  })),
});
const record = (relativeRecordSetName: string, recordType: string, more: ValueMap = {}): ValueMap => ({
  resourceGroupName: "group",
  zoneName: "example.com",
  relativeRecordSetName,
  recordType,
  ...more,
});

test("what is right is taken", () => {
  expect(refused("network:VirtualNetwork", vnet("10.64.0.0/17", "10.64.255.0/24"))).toEqual([]);
  expect(refused("network:NetworkSecurityGroup", group(rule("a", 100), rule("b", 4096)))).toEqual([]);
  expect(refused("compute:VirtualMachine", vm())).toEqual([]);
  expect(refused("network:LoadBalancer", balancer("$self/probes/https"))).toEqual([]);
  expect(refused("monitor:AutoscaleSetting", scale("2", "2", "10"))).toEqual([]);
  expect(refused("trafficmanager:Profile", traffic("192.0.2.1", "192.0.2.2"))).toEqual([]);
  expect(refused("trafficmanager:Profile", traffic("lb.example.net", "one.example.net"))).toEqual([]);
  expect(refused("dns:RecordSet", record("www", "A", { aRecords: [{ ipv4Address: "192.0.2.1" }] }))).toEqual([]);
});

const WRONG: [string, string, ValueMap, string][] = [
  ["a subnet outside its network", "network:VirtualNetwork", vnet("10.65.0.0/24"), "10.65.0.0/24 is not inside"],
  ["subnets that overlap", "network:VirtualNetwork", vnet("10.64.0.0/17", "10.64.1.0/24"), "10.64.1.0/24 overlaps"],
  ["a subnet with host bits", "network:VirtualNetwork", vnet("10.64.0.1/24"), "10.64.0.1/24 is no network"],
  [
    "one priority twice",
    "network:NetworkSecurityGroup",
    group(rule("a", 100), rule("b", 100)),
    "priorities are unique",
  ],
  ["too low a priority", "network:NetworkSecurityGroup", group(rule("a", 99)), "must be at least 100, got 99"],
  ["too high a priority", "network:NetworkSecurityGroup", group(rule("a", 4097)), "priority must be 100 to 4096"],
  [
    "a source that is none",
    "network:NetworkSecurityGroup",
    group(rule("a", 100, "world")),
    "no network or service tag",
  ],
  [
    "a size that is none",
    "compute:VirtualMachine",
    vm({ hardwareProfile: { vmSize: "Standard_A2" } }),
    "is no size here",
  ],
  ["a zone that is none", "compute:VirtualMachine", vm({ zones: ["4"] }), "westeurope has no zone 4"],
  [
    "a zone where there are none",
    "compute:VirtualMachine",
    vm({ location: "westus", zones: ["1"] }),
    "westus has no zone 1",
  ],
  ["two zones", "compute:VirtualMachine", vm({ zones: ["1", "2"] }), "a machine is in one zone"],
  ["a region that is none", "compute:VirtualMachine", vm({ location: "atlantis" }), "is no location of this type"],
  [
    "user-data that is too large",
    "compute:VirtualMachine",
    vm({}, { customData: secret(Buffer.alloc(65_537).toString("base64")) }),
    "must be at most 65536 bytes, got 65537",
  ],
  ["user-data that is not packed", "compute:VirtualMachine", vm({}, { customData: "#cloud-config" }), "must be base64"],
  ["root", "compute:VirtualMachine", vm({}, { adminUsername: "root" }), "Azure does not allow root"],
  ["no way in", "compute:VirtualMachine", vm({}, { linuxConfiguration: {} }), "needs a password or an SSH key"],
  [
    "a host name that is too long",
    "compute:VirtualMachine",
    vm({}, { computerName: "a".repeat(65) }),
    "must be at most 64 letters",
  ],
  ["an eviction that cannot be", "compute:VirtualMachine", vm({ evictionPolicy: "Delete" }), "is for priority Spot"],
  [
    "a name that is too long",
    "compute:VirtualMachine",
    vm({ vmName: "a".repeat(65) }),
    "must have at most 64 characters, got 65",
  ],
  ["a property that is none", "compute:VirtualMachine", vm({ instanceType: "t3" }), "unknown property"],
  [
    "a probe of nobody",
    "network:LoadBalancer",
    balancer("$self/probes/http"),
    "$self/probes/http is none of $self/probes/https",
  ],
  ["a least above the most", "monitor:AutoscaleSetting", scale("5", "5", "4"), "must be minimum <= default <= maximum"],
  ["too short a window", "monitor:AutoscaleSetting", scale("1", "1", "4", "PT1M"), "timeWindow must be PT5M to PT12H"],
  [
    "a group's name that is too long",
    "resources:ResourceGroup",
    { resourceGroupName: "a".repeat(91), location: "eastus" },
    "at most 90 characters",
  ],
  [
    "a service tag in a list",
    "network:NetworkSecurityGroup",
    group({ ...rule("a", 100), sourceAddressPrefix: null, sourceAddressPrefixes: ["Internet", "10.64.0.0/16"] }),
    "takes no service tag: Internet",
  ],
  [
    "addresses and names in one profile",
    "trafficmanager:Profile",
    traffic("192.0.2.1", "lb.example.net"),
    "are all addresses or all domain names",
  ],
  ["a CNAME for a zone", "dns:RecordSet", record("@", "CNAME"), "cannot be a CNAME"],
  [
    "a record that says nothing",
    "dns:RecordSet",
    record("www", "A"),
    "A wants exactly one of targetResource and aRecords",
  ],
];

test.each(WRONG)("%s", (_, type, inputs, reason) => {
  expect(refused(type, inputs)).toEqual([expect.stringContaining(reason)]);
});

test("a resource has 20 alias record sets", () => {
  const alias = (index: number) =>
    refused("dns:RecordSet", {
      ...record(`s${index}`, "CNAME", { targetResource: { id: unknown } }),
      zoneName: "a.net",
    });
  const said = Array.from({ length: 21 }, (_, index) => alias(index).join());
  expect(said.filter((each) => each === "")).toHaveLength(20);
  expect(said[20]).toContain("a resource has at most 20 alias record sets");
});

test("no refusal repeats user-data", () => {
  const said = refused("compute:VirtualMachine", vm({}, { customData: secret("top-secret-text") })).join();
  expect(said).toContain("must be base64");
  expect(said).not.toContain("top-secret");
});

test("a machine cannot start another processor's image; said when it is made, for a replacement may bring another image", () => {
  const machine = azurePlugin.resources["azure-native:compute:VirtualMachine"];
  expect(() => machine?.preview(vm())).not.toThrow();
  expect(() => machine?.preview(vm({ hardwareProfile: { vmSize: "Standard_D2ps_v5" } }))).toThrow("another processor");
});
