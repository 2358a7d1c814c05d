/** Azure's rules that the program's own deployment does not show: private networks, denials, service tags, Traffic Manager. */
import { azurePlugin } from "../../lab/plugins/azure-native/plugin";
import type { ValueMap } from "../../lab/plugins/shared/values";
import { FakeLab } from "./support/fakes";
import { maker } from "./support/maker";

const fake = new FakeLab();
const make = maker(azurePlugin, fake);
const place = { resourceGroupName: "g", location: "westeurope" };

const rule = (name: string, priority: number, given: ValueMap): ValueMap => ({
  ...{ name, priority, direction: "Inbound", access: "Allow", protocol: "Tcp" },
  ...{ sourcePortRange: "*", destinationAddressPrefix: "*", destinationPortRange: "443" },
  ...given,
});

async function network(natGateway: ValueMap): Promise<string> {
  const subnets = [{ name: "nodes", addressPrefix: "10.9.0.0/17", ...natGateway }];
  const { id } = await make("azure-native:network:VirtualNetwork", "net", {
    ...{ ...place, virtualNetworkName: "net", addressSpace: { addressPrefixes: ["10.9.0.0/16"] }, subnets },
  });
  return `${id}/subnets/nodes`;
}

async function machine(name: string, subnetId: string, guard: string | undefined): Promise<void> {
  const nic = await make("azure-native:network:NetworkInterface", `${name}-nic`, {
    ...{ ...place, networkInterfaceName: name },
    ...(guard === undefined ? {} : { networkSecurityGroup: { id: guard } }),
    ipConfigurations: [
      {
        name: "primary",
        subnet: { id: subnetId },
        loadBalancerBackendAddressPools: [{ id: `${balancerId}/backendAddressPools/nodes` }],
      },
    ],
  });
  await make("azure-native:compute:VirtualMachine", name, {
    ...{ ...place, vmName: name, hardwareProfile: { vmSize: "Standard_B1ms" } },
    osProfile: { computerName: name, customData: "I2Nsb3VkLWNvbmZpZwo=" },
    networkProfile: { networkInterfaces: [{ id: nic.id }] },
  });
}

let balancerId = "";
beforeAll(async () => {
  await fake.listen();
  const address = await make("azure-native:network:PublicIPAddress", "ingress", {
    ...place,
    publicIpAddressName: "ingress",
  });
  const balancer = await make("azure-native:network:LoadBalancer", "balancer", {
    ...{ ...place, loadBalancerName: "ingress" },
    frontendIPConfigurations: [{ name: "public", publicIPAddress: { id: address.id } }],
    probes: [{ name: "https", protocol: "Tcp", port: 443, intervalInSeconds: 7, probeThreshold: 3 }],
    loadBalancingRules: [
      { name: "https", protocol: "Tcp", frontendPort: 443, backendPort: 8443, probe: { id: "$self/probes/https" } },
    ],
  });
  balancerId = balancer.id;
  const natAddress = await make("azure-native:network:PublicIPAddress", "nat", {
    ...place,
    publicIpAddressName: "nat",
  });
  const gateway = { ...place, natGatewayName: "nat", publicIpAddresses: [{ id: natAddress.id }] };
  const nat = await make("azure-native:network:NatGateway", "nat", gateway);
  const subnet = await network({ natGateway: { id: nat.id } });
  const guard = await make("azure-native:network:NetworkSecurityGroup", "guard", {
    ...{ ...place, networkSecurityGroupName: "guard" },
    securityRules: [
      rule("rest", 4096, { access: "Deny", protocol: "*", sourceAddressPrefix: "*", destinationPortRange: "*" }),
      rule("probe", 300, { sourceAddressPrefix: "AzureLoadBalancer" }),
      rule("world", 100, { sourceAddressPrefix: "Internet" }),
      rule("out", 100, { direction: "Outbound", sourceAddressPrefix: "*" }),
      rule("two", 200, {
        protocol: "Udp",
        sourceAddressPrefixes: ["10.9.1.0/24", "192.0.2.1/32"],
        destinationPortRange: "7000-7010",
      }),
    ],
  });
  await machine("guarded", subnet, guard.id);
  await machine("bare", subnet, undefined);
});
afterAll(() => fake.stop());

const found = (name: string) => fake.lab.world.machines.find((each) => each.name === name);

test("rules are in the order of their priority, tags stand for addresses, and Azure's own come last", () => {
  const probe = `${fake.lab.world.balancers[0]?.privateAddress}/32`;
  const inbound = found("guarded")?.inbound ?? [];
  expect(inbound.slice(1)).toEqual([
    { allow: true, protocol: "udp", ports: [7000, 7010], from: ["10.9.1.0/24", "192.0.2.1/32"] },
    { allow: true, protocol: "tcp", ports: [443, 443], from: [probe] },
    { allow: false, protocol: "any", ports: [0, 65535], from: ["0.0.0.0/0"] },
    { allow: true, protocol: "any", ports: [0, 65535], from: ["10.9.0.0/16"] },
    { allow: true, protocol: "any", ports: [0, 65535], from: [probe] },
  ]);
  // The internet is whatever is not the network: 16 networks for a /16.
  expect(inbound[0]?.from).toHaveLength(16);
  expect(inbound[0]?.from).toEqual(expect.arrayContaining(["10.8.0.0/16", "128.0.0.0/1"]));
  expect(inbound[0]?.from).not.toContain("10.9.0.0/16");
});

test("without a security group the network alone gets in", () => {
  expect(found("bare")?.inbound.map(({ from }) => from)[0]).toEqual(["10.9.0.0/16"]);
});

test("a machine without an address goes out by the gateway; a load balancer is where its machines are", () => {
  const [balancer] = fake.lab.world.balancers;
  expect(found("guarded")?.publicAddress).toBeUndefined();
  expect(found("guarded")?.natAddress).toMatch(/^198\.18\./);
  expect(balancer).toMatchObject({
    listeners: [{ port: 443, targetPort: 8443 }],
    intervalSeconds: 7,
    fall: 3,
    rise: 3,
  });
  expect(balancer?.targets).toHaveLength(2);
  expect(balancer?.network).toBe(found("guarded")?.network);
});

test("Traffic Manager's name answers with the addresses of its endpoints by weight, host names resolved; zones lead there", async () => {
  const endpoint = (name: string, target: string, weight: number): ValueMap => {
    return { name, type: "Microsoft.Network/trafficManagerProfiles/externalEndpoints", target, weight };
  };
  const profile = await make("azure-native:trafficmanager:Profile", "traffic", {
    ...{ resourceGroupName: "g", location: "global", profileName: "ingress", trafficRoutingMethod: "Weighted" },
    ...{ dnsConfig: { relativeName: "storm-1", ttl: 20 }, monitorConfig: { protocol: "HTTP", port: 80, path: "/" } },
    endpoints: [endpoint("one", "198.18.64.9", 1000), endpoint("other", "www.example.net", 500)],
  });
  const zone = { resourceGroupName: "g", zoneName: "example.net", ttl: 30 };
  const record = (name: string, more: ValueMap) =>
    make("azure-native:dns:RecordSet", name, { ...zone, relativeRecordSetName: name, ...more });
  await record("app", { recordType: "CNAME", targetResource: { id: profile.id } });
  await record("@", { recordType: "A", targetResource: { id: profile.id } });
  const zones = Object.fromEntries(fake.zones.map(({ name, records }) => [name, records]));
  // No such name yet: nothing to answer with.
  const answer = { value: "198.18.64.9", weight: 1000, check: { address: "198.18.64.9", port: 80, path: "/" } };
  const traffic = { type: "A", choose: "one", answers: [answer] };
  expect(zones["trafficmanager.net"]).toEqual([{ name: "storm-1.trafficmanager.net", ttl: 20, ...traffic }]);
  expect(zones["example.net"]).toEqual([
    {
      name: "app.example.net",
      type: "CNAME",
      ttl: 30,
      choose: "all",
      answers: [{ value: "storm-1.trafficmanager.net", weight: 1 }],
    },
    { name: "example.net", ttl: 30, ...traffic },
  ]);
});
