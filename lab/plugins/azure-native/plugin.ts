/** Offline stand-in of the `azure-native` plugin: the types and the one function that our components use, for previews. */
import type { Plugin } from "../shared/resource";
import { Disk, VirtualMachine, VirtualMachineScaleSet } from "./compute";
import { getZone, Profile, RecordSet, Zone } from "./dns";
import { LoadBalancer } from "./load-balancer";
import { NatGateway, NetworkInterface, NetworkSecurityGroup, PublicIPAddress, VirtualNetwork } from "./network";
import { AutoscaleSetting, ResourceGroup, UserAssignedIdentity } from "./services";

export const azurePlugin: Plugin = {
  name: "azure-native",
  version: "3.28.0",
  config: {
    location: { type: "string" },
    environment: { type: "string", oneOf: ["public"] },
    subscriptionId: { type: "string" },
  },
  resources: {
    "azure-native:compute:Disk": Disk,
    "azure-native:compute:VirtualMachine": VirtualMachine,
    "azure-native:compute:VirtualMachineScaleSet": VirtualMachineScaleSet,
    "azure-native:dns:RecordSet": RecordSet,
    "azure-native:dns:Zone": Zone,
    "azure-native:managedidentity:UserAssignedIdentity": UserAssignedIdentity,
    "azure-native:monitor:AutoscaleSetting": AutoscaleSetting,
    "azure-native:network:LoadBalancer": LoadBalancer,
    "azure-native:network:NatGateway": NatGateway,
    "azure-native:network:NetworkInterface": NetworkInterface,
    "azure-native:network:NetworkSecurityGroup": NetworkSecurityGroup,
    "azure-native:network:PublicIPAddress": PublicIPAddress,
    "azure-native:network:VirtualNetwork": VirtualNetwork,
    "azure-native:resources:ResourceGroup": ResourceGroup,
    "azure-native:trafficmanager:Profile": Profile,
  },
  functions: { "azure-native:dns:getZone": getZone },
};
