import type { Rights } from "./types";

/**
 * The Azure RBAC actions that `pulumi up` and `destroy` need, by the resource type of azure-native that needs them. For a custom role
 * on the subscription; no wildcard. Names: learn.microsoft.com/azure/role-based-access-control/resource-provider-operations.
 */
export const AZURE_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "azure-native:resources:ResourceGroup": [
    ...made("Microsoft.Resources/subscriptions/resourceGroups"),
    "Microsoft.Resources/subscriptions/operationresults/read",
  ],
  "azure-native:managedidentity:UserAssignedIdentity": [
    ...made("Microsoft.ManagedIdentity/userAssignedIdentities"),
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
  ],
  "azure-native:network:NetworkSecurityGroup": [
    ...made("Microsoft.Network/networkSecurityGroups"),
    "Microsoft.Network/networkSecurityGroups/join/action",
  ],
  "azure-native:network:PublicIPAddress": [
    ...made("Microsoft.Network/publicIPAddresses"),
    "Microsoft.Network/publicIPAddresses/join/action",
  ],
  "azure-native:network:NatGateway": [
    ...made("Microsoft.Network/natGateways"),
    "Microsoft.Network/natGateways/join/action",
  ],
  "azure-native:network:VirtualNetwork": [
    ...made("Microsoft.Network/virtualNetworks"),
    ...made("Microsoft.Network/virtualNetworks/subnets"),
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    // How far anything in a network has come.
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Network/locations/operationResults/read",
  ],
  "azure-native:network:LoadBalancer": [
    ...made("Microsoft.Network/loadBalancers"),
    "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
  ],
  "azure-native:network:NetworkInterface": [
    ...made("Microsoft.Network/networkInterfaces"),
    "Microsoft.Network/networkInterfaces/join/action",
  ],
  "azure-native:compute:Disk": made("Microsoft.Compute/disks"),
  "azure-native:compute:VirtualMachine": [
    ...made("Microsoft.Compute/virtualMachines"),
    "Microsoft.Compute/locations/operations/read",
    // Its boot disk, which is made and deleted with it.
    ...made("Microsoft.Compute/disks"),
  ],
  "azure-native:compute:VirtualMachineScaleSet": [
    ...made("Microsoft.Compute/virtualMachineScaleSets"),
    "Microsoft.Compute/locations/operations/read",
  ],
  "azure-native:monitor:AutoscaleSetting": [
    ...made("Microsoft.Insights/autoscaleSettings"),
    // Azure asks whether who sets the rules may read what they go by.
    "Microsoft.Insights/metrics/read",
    "Microsoft.Insights/metricDefinitions/read",
  ],
  "azure-native:dns:Zone": made("Microsoft.Network/dnsZones"),
  "azure-native:dns:RecordSet": [
    "Microsoft.Network/dnsZones/read",
    ...made("Microsoft.Network/dnsZones/A"),
    ...made("Microsoft.Network/dnsZones/CNAME"),
  ],
  "azure-native:trafficmanager:Profile": made("Microsoft.Network/trafficManagerProfiles"),
};

/** To see it, make and change it, take it away. */
function made(type: string): string[] {
  return ["read", "write", "delete"].map((verb) => `${type}/${verb}`);
}

const actions = [...new Set(Object.values(AZURE_ACTIONS).flat())].sort();

export const rights: Rights = {
  package: "@pulumi/azure-native",
  types: [...Object.keys(AZURE_ACTIONS), "azure-native:dns:getZone"],
  actions,
  // As `az role definition create --role-definition` takes it.
  document: {
    Name: "Storm",
    IsCustom: true,
    Description: "What a Storm cluster's pulumi up and destroy need",
    Actions: actions,
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: ["/subscriptions/SUBSCRIPTION"],
  },
};
