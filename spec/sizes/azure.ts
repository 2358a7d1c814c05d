/**
 * Azure virtual machines. Prices: pay-as-you-go Linux list prices of East US as known to the authors in June 2025, not
 * read from a price list by a program: check them at https://azure.microsoft.com/pricing/details/virtual-machines/linux/
 * before relying on them.
 */
import type { MachineType, SizeCatalog } from "./types";
import { byRegion, monthly } from "./types";

/** [name with # for the number of CPUs, price of two CPUs by the hour, memory of two CPUs in GiB, architecture] */
const FAMILIES: [string, number, number, "amd64" | "arm64"][] = [
  ["Standard_D#s_v3", 0.096, 8, "amd64"],
  ["Standard_D#s_v4", 0.096, 8, "amd64"],
  ["Standard_D#s_v5", 0.096, 8, "amd64"],
  ["Standard_D#as_v5", 0.086, 8, "amd64"],
  ["Standard_D#ds_v5", 0.113, 8, "amd64"],
  ["Standard_D#ps_v5", 0.077, 8, "arm64"],
  ["Standard_E#s_v3", 0.126, 16, "amd64"],
  ["Standard_E#s_v5", 0.126, 16, "amd64"],
  ["Standard_E#as_v5", 0.113, 16, "amd64"],
  ["Standard_F#s_v2", 0.0846, 4, "amd64"],
];
const CPUS = [2, 4, 8, 16, 32, 48, 64];

/** [name, CPUs, memory in GiB, price by the hour] */
const BURSTABLE: [string, number, number, number][] = [
  ["Standard_B1s", 1, 1, 0.0104],
  ["Standard_B1ms", 1, 2, 0.0207],
  ["Standard_B2s", 2, 4, 0.0416],
  ["Standard_B2ms", 2, 8, 0.0832],
  ["Standard_B4ms", 4, 16, 0.166],
  ["Standard_B8ms", 8, 32, 0.333],
  ["Standard_B2ts_v2", 2, 1, 0.0104],
  ["Standard_B2ls_v2", 2, 4, 0.0416],
  ["Standard_B2s_v2", 2, 8, 0.0832],
  ["Standard_B4s_v2", 4, 16, 0.166],
];

export const azureSizes: SizeCatalog = {
  example: "Standard_B2s",
  portable: {
    micro: "Standard_B1s",
    small: "Standard_B1ms",
    medium: "Standard_B2s",
    large: "Standard_B2ms",
    xlarge: "Standard_B4ms",
  },
  types: new Map([...burstableTypes(), ...familyTypes()]),
  retired: {
    ExtraSmall: "micro",
    Small: "small",
    Medium: "medium",
    Large: "large",
    ExtraLarge: "xlarge",
    Basic_A0: "micro",
    Basic_A1: "small",
    Basic_A2: "medium",
    Standard_A0: "micro",
    Standard_A1: "small",
    Standard_A2: "medium",
    Standard_A3: "large",
    Standard_A4: "xlarge",
    Standard_D1: "medium",
    Standard_D2: "Standard_D2s_v5",
    Standard_D3: "Standard_D4s_v5",
    Standard_D1_v2: "medium",
    Standard_D2_v2: "Standard_D2s_v5",
    Standard_D3_v2: "Standard_D4s_v5",
  },
  pricedRegion: "eastus",
  // By Standard_B2s's hourly price, of the same day and source: 0.0416 US dollars in East US.
  regionFactors: byRegion(0.0416, {
    eastus: 0.0416,
    eastus2: 0.0416,
    centralus: 0.0496,
    northcentralus: 0.0416,
    southcentralus: 0.0499,
    westus: 0.0496,
    westus2: 0.0416,
    westus3: 0.0416,
    canadacentral: 0.0464,
    northeurope: 0.0456,
    westeurope: 0.048,
    uksouth: 0.0472,
    ukwest: 0.0488,
    francecentral: 0.0472,
    germanywestcentral: 0.048,
    swedencentral: 0.0432,
    centralindia: 0.0448,
    southeastasia: 0.0528,
    eastasia: 0.0584,
    japaneast: 0.0544,
    koreacentral: 0.052,
    australiaeast: 0.0528,
    brazilsouth: 0.0672,
    southafricanorth: 0.0552,
  }),
  pricesOf: "2025-06-01",
  source: "https://azure.microsoft.com/pricing/details/virtual-machines/linux/",
  volumeGiBMonthlyUsd: 0.075,
};

function familyTypes(): [string, MachineType][] {
  return FAMILIES.flatMap(([name, hourly, gib, architecture]) =>
    CPUS.map((cpus): [string, MachineType] => [
      name.replace("#", String(cpus)),
      { cpus, memoryMiB: (gib * 1024 * cpus) / 2, monthlyUsd: monthly((hourly * cpus) / 2), architecture },
    ]),
  );
}

function burstableTypes(): [string, MachineType][] {
  return BURSTABLE.map(([name, cpus, gib, hourly]) => [
    name,
    { cpus, memoryMiB: gib * 1024, monthlyUsd: monthly(hourly), architecture: "amd64" },
  ]);
}
