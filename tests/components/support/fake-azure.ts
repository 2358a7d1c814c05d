import { createHash } from "node:crypto";

type Fake = (name: string, inputs: Record<string, unknown>) => Record<string, unknown>;

/** The public address of the fake address `name`. */
export function publicAddressOf(name: string): string {
  return `203.0.113.${last(name)}`;
}

/** The private address of the fake network interface `name`. */
export function privateAddressOf(name: string): string {
  return `10.64.0.${last(name)}`;
}

function last(name: string): number {
  return 1 + ((createHash("sha256").update(name).digest()[0] ?? 0) % 250);
}

/** What azure-native would answer. */
export const azureOutputs: Record<string, Fake> = {
  "pulumi:providers:azure-native": () => ({}),
  "azure-native:resources:ResourceGroup": (_, { resourceGroupName }) => ({ name: resourceGroupName }),
  "azure-native:managedidentity:UserAssignedIdentity": () => ({}),
  "azure-native:network:NetworkSecurityGroup": () => ({}),
  "azure-native:network:VirtualNetwork": () => ({}),
  "azure-native:network:NatGateway": () => ({}),
  "azure-native:network:PublicIPAddress": (name) => ({ ipAddress: publicAddressOf(name) }),
  "azure-native:network:LoadBalancer": () => ({}),
  "azure-native:network:NetworkInterface": (name) => ({
    ipConfigurations: [{ privateIPAddress: privateAddressOf(name) }],
  }),
  "azure-native:compute:Disk": () => ({}),
  "azure-native:compute:VirtualMachine": (name) => ({ vmId: `machine ${name}` }),
  "azure-native:compute:VirtualMachineScaleSet": () => ({}),
  "azure-native:monitor:AutoscaleSetting": () => ({}),
  "azure-native:trafficmanager:Profile": () => ({
    dnsConfig: { fqdn: "dev-example-com.trafficmanager.net" },
  }),
  "azure-native:dns:Zone": (_, { zoneName }) => ({ name: zoneName, nameServers: ["ns1-01.azure-dns.com."] }),
  "azure-native:dns:RecordSet": () => ({}),
};
