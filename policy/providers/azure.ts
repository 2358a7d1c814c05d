import type { StackResource } from "../resource";
import { number, present, props, rows } from "../values";
import type { Found, ProviderPolicy } from "./provider";

export const provider: ProviderPolicy = {
  package: "azure-native",
  machines: {
    "azure-native:compute:VirtualMachine": ({ props: machine }) => ({
      type: props(machine["hardwareProfile"])["vmSize"],
      count: 1,
    }),
    "azure-native:compute:VirtualMachineScaleSet": scaleSet,
  },
  disks: { "azure-native:compute:Disk": "diskSizeGB" },
  ofPools: [
    "azure-native:compute:Disk",
    "azure-native:compute:VirtualMachine",
    "azure-native:compute:VirtualMachineScaleSet",
  ],
  ofSites: [
    "azure-native:compute:AvailabilitySet",
    "azure-native:dns:Zone",
    "azure-native:managedidentity:UserAssignedIdentity",
    "azure-native:network:LoadBalancer",
    "azure-native:network:NatGateway",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:network:PublicIPAddress",
    "azure-native:network:VirtualNetwork",
    "azure-native:network:Zone",
    "azure-native:resources:ResourceGroup",
    "azure-native:storage:StorageAccount",
  ],
  data: [
    "azure-native:compute:Disk",
    "azure-native:dns:Zone",
    "azure-native:network:Zone",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:StorageAccount",
  ],
  tags: ({ props: own }) => present(own["tags"]),
  // Azure takes "West Europe" for "westeurope".
  region: (name) => name.toLowerCase().replaceAll(" ", ""),
};

function scaleSet(set: StackResource, all: readonly StackResource[]): Found {
  const { name, capacity } = props(set.props["sku"]);
  const largest = all
    .filter((each) => /^azure-native:(monitor|insights):AutoscaleSetting$/.test(each.type))
    .filter(({ references }) => references["targetResourceUri"]?.some(({ urn }) => urn === set.urn))
    .flatMap((setting) => rows(setting.props["profiles"]))
    .map((profile) => number(props(profile["capacity"])["maximum"]) ?? 0);
  return { type: name, count: Math.max(number(capacity) ?? 0, ...largest) };
}
