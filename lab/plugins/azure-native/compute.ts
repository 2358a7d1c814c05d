/** Microsoft.Compute: disks, machines and sets of them. */
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { armResource, COMMON_NAME, guid, items, members, text } from "./arm";
import {
  checkOs,
  checkSize,
  checkSpot,
  IDENTITY,
  IMAGE,
  OS_DISK,
  OS_PROFILE,
  SECURITY,
  SPOT,
  wrongProcessor,
} from "./machine-fields";
import { REFERENCE, REGIONAL_SKU } from "./network";

const ZONES: Fields = { zones: { type: "strings" } };
const MACHINE_NAME = { length: 64, pattern: COMMON_NAME.pattern };

export const Disk = armResource({
  kind: "Microsoft.Compute/disks",
  nameInput: "diskName",
  nameRule: COMMON_NAME,
  location: "region",
  inputs: {
    ...ZONES,
    sku: {
      type: "object",
      fields: { name: { type: "string", oneOf: ["StandardSSD_LRS", "Premium_LRS", "Standard_LRS"] } },
    },
    diskSizeGB: { type: "integer", min: 1 },
    creationData: {
      type: "object",
      required: true,
      fields: { createOption: { type: "string", required: true, oneOf: ["Empty"] } },
    },
    networkAccessPolicy: { type: "string", oneOf: ["AllowAll", "AllowPrivate", "DenyAll"] },
    publicNetworkAccess: { type: "string", oneOf: ["Enabled", "Disabled"] },
  },
  check: ({ diskSizeGB }) =>
    typeof diskSizeGB === "number" && diskSizeGB > 32_767
      ? [{ property: "diskSizeGB", reason: `must be at most 32767, got ${diskSizeGB}` }]
      : [],
});

const DATA_DISK: Fields = {
  lun: { type: "integer", required: true, min: 0 },
  createOption: { type: "string", required: true, oneOf: ["Attach"] },
  deleteOption: { type: "string", oneOf: ["Delete", "Detach"] },
  caching: { type: "string", oneOf: ["None", "ReadOnly", "ReadWrite"] },
  managedDisk: { type: "object", required: true, fields: REFERENCE },
};

export const VirtualMachine = armResource({
  kind: "Microsoft.Compute/virtualMachines",
  nameInput: "vmName",
  nameRule: MACHINE_NAME,
  location: "region",
  inputs: {
    ...ZONES,
    ...SPOT,
    hardwareProfile: { type: "object", required: true, fields: { vmSize: { type: "string", required: true } } },
    storageProfile: {
      type: "object",
      required: true,
      fields: {
        imageReference: { type: "object", required: true, fields: IMAGE },
        osDisk: { type: "object", required: true, fields: OS_DISK },
        dataDisks: { type: "objects", fields: DATA_DISK },
      },
    },
    osProfile: {
      type: "object",
      required: true,
      fields: { ...OS_PROFILE, computerName: { type: "string", required: true } },
    },
    networkProfile: {
      type: "object",
      required: true,
      fields: {
        networkInterfaces: {
          type: "objects",
          required: true,
          fields: {
            ...REFERENCE,
            primary: { type: "boolean" },
            deleteOption: { type: "string", oneOf: ["Delete", "Detach"] },
          },
        },
      },
    },
    securityProfile: { type: "object", fields: SECURITY },
    identity: { type: "object", fields: IDENTITY },
  },
  // Another one for each machine that is made, of the same name too.
  computed: { vmId: ({ id }) => guid(`${id} ${Date.now()}`) },
  check: (inputs) => [
    ...checkSize("hardwareProfile.vmSize", members(inputs["hardwareProfile"])["vmSize"]),
    ...checkOs("osProfile", inputs["osProfile"]),
    ...checkHostName("osProfile.computerName", text(members(inputs["osProfile"])["computerName"]), 64),
    ...checkLuns(items(members(inputs["storageProfile"])["dataDisks"]).filter(isMap)),
    ...checkSpot("", inputs),
    ...oneZone(inputs),
  ],
  refuse: ({ hardwareProfile, storageProfile }) => wrongProcessor(members(hardwareProfile)["vmSize"], storageProfile),
});

function checkHostName(property: string, name: string | undefined, longest: number): CheckFailure[] {
  if (name === undefined || (name.length <= longest && /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name)))
    return [];
  return [{ property, reason: `must be at most ${longest} letters, digits and inner "-", got ${name}` }];
}

function checkLuns(disks: ValueMap[]): CheckFailure[] {
  const luns = disks.map((disk) => disk["lun"]);
  return new Set(luns).size === luns.length
    ? []
    : [{ property: "storageProfile.dataDisks", reason: "a LUN has one disk" }];
}

function oneZone({ zones }: ValueMap): CheckFailure[] {
  return items(zones).length > 1 ? [{ property: "zones", reason: "a machine is in one zone" }] : [];
}

const SET_IP_CONFIGURATION: Fields = {
  name: { type: "string", required: true },
  primary: { type: "boolean" },
  subnet: { type: "object", required: true, fields: REFERENCE },
  loadBalancerBackendAddressPools: { type: "objects", fields: REFERENCE },
  publicIPAddressConfiguration: {
    type: "object",
    fields: {
      name: { type: "string", required: true },
      sku: { type: "object", fields: REGIONAL_SKU },
      publicIPAddressVersion: { type: "string", oneOf: ["IPv4", "IPv6"] },
    },
  },
};
const SET_INTERFACE: Fields = {
  name: { type: "string", required: true },
  primary: { type: "boolean" },
  networkSecurityGroup: { type: "object", fields: REFERENCE },
  ipConfigurations: { type: "objects", required: true, fields: SET_IP_CONFIGURATION },
};
const SET_PROFILE: Fields = {
  ...SPOT,
  storageProfile: {
    type: "object",
    required: true,
    fields: {
      imageReference: { type: "object", required: true, fields: IMAGE },
      osDisk: { type: "object", required: true, fields: OS_DISK },
    },
  },
  osProfile: {
    type: "object",
    required: true,
    fields: { ...OS_PROFILE, computerNamePrefix: { type: "string", required: true } },
  },
  networkProfile: {
    type: "object",
    required: true,
    fields: { networkInterfaceConfigurations: { type: "objects", required: true, fields: SET_INTERFACE } },
  },
  securityProfile: { type: "object", fields: SECURITY },
};

export const VirtualMachineScaleSet = armResource({
  kind: "Microsoft.Compute/virtualMachineScaleSets",
  nameInput: "vmScaleSetName",
  nameRule: MACHINE_NAME,
  location: "region",
  inputs: {
    ...ZONES,
    orchestrationMode: { type: "string", oneOf: ["Uniform"], change: "replace" },
    sku: {
      type: "object",
      required: true,
      fields: {
        name: { type: "string", required: true },
        tier: { type: "string", oneOf: ["Standard"] },
        capacity: { type: "integer", required: true, min: 0 },
      },
    },
    platformFaultDomainCount: { type: "integer", min: 1 },
    singlePlacementGroup: { type: "boolean" },
    overprovision: { type: "boolean" },
    upgradePolicy: {
      type: "object",
      required: true,
      fields: { mode: { type: "string", required: true, oneOf: ["Automatic", "Manual", "Rolling"] } },
    },
    identity: { type: "object", fields: IDENTITY },
    virtualMachineProfile: { type: "object", required: true, fields: SET_PROFILE },
  },
  computed: { uniqueId: ({ id }) => guid(id) },
  check: (inputs) => {
    const profile = members(inputs["virtualMachineProfile"]);
    const path = "virtualMachineProfile.";
    const prefix = text(members(profile["osProfile"])["computerNamePrefix"]);
    return [
      ...checkSize("sku.name", members(inputs["sku"])["name"]),
      ...checkOs(`${path}osProfile`, profile["osProfile"]),
      ...checkHostName(`${path}osProfile.computerNamePrefix`, prefix, 58),
      ...checkSpot(path, profile),
    ];
  },
  refuse: ({ sku, virtualMachineProfile }) =>
    wrongProcessor(members(sku)["name"], members(virtualMachineProfile)["storageProfile"]),
});
