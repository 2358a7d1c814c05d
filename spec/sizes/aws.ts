/**
 * AWS EC2. Prices: on-demand Linux list prices of us-east-1 as known to the authors in June 2025, not read from a price
 * list by a program: check them at https://aws.amazon.com/ec2/pricing/on-demand/ before relying on them.
 */
import type { MachineType, SizeCatalog } from "./types";
import { byRegion, monthly } from "./types";

/** How many times the price, CPUs and memory of its family's `large` a size has. */
const STEPS: Record<string, number> = {
  large: 1,
  xlarge: 2,
  "2xlarge": 4,
  "4xlarge": 8,
  "8xlarge": 16,
  "9xlarge": 18,
  "12xlarge": 24,
  "16xlarge": 32,
  "18xlarge": 36,
  "24xlarge": 48,
};

/** Which of them a family has (docs.aws.amazon.com/ec2/latest/instancetypes); above 24xlarge none is offered here. */
const TO_4XLARGE = ["large", "xlarge", "2xlarge", "4xlarge"];
const TO_16XLARGE = [...TO_4XLARGE, "8xlarge", "12xlarge", "16xlarge"];
const TO_24XLARGE = [...TO_16XLARGE, "24xlarge"];
const OF_C5 = [...TO_4XLARGE, "9xlarge", "12xlarge", "18xlarge", "24xlarge"];

/** [family, price of `large` by the hour, memory of `large` in GiB, architecture, sizes]; a `large` has 2 CPUs. */
const FAMILIES: [string, number, number, "amd64" | "arm64", string[]][] = [
  ["m5", 0.096, 8, "amd64", TO_24XLARGE],
  ["m5a", 0.086, 8, "amd64", TO_24XLARGE],
  ["m6i", 0.096, 8, "amd64", TO_24XLARGE],
  ["m6a", 0.0864, 8, "amd64", TO_24XLARGE],
  ["m6g", 0.077, 8, "arm64", TO_16XLARGE],
  ["m7i", 0.1008, 8, "amd64", TO_24XLARGE],
  ["m7a", 0.11592, 8, "amd64", TO_24XLARGE],
  ["m7g", 0.0816, 8, "arm64", TO_16XLARGE],
  ["m8g", 0.08976, 8, "arm64", TO_24XLARGE],
  ["c5", 0.085, 4, "amd64", OF_C5],
  ["c6i", 0.085, 4, "amd64", TO_24XLARGE],
  ["c6a", 0.0765, 4, "amd64", TO_24XLARGE],
  ["c6g", 0.068, 4, "arm64", TO_16XLARGE],
  ["c7i", 0.08925, 4, "amd64", TO_24XLARGE],
  ["c7g", 0.0725, 4, "arm64", TO_16XLARGE],
  ["c8g", 0.07976, 4, "arm64", TO_24XLARGE],
  ["r5", 0.126, 16, "amd64", TO_24XLARGE],
  ["r6i", 0.126, 16, "amd64", TO_24XLARGE],
  ["r6g", 0.1008, 16, "arm64", TO_16XLARGE],
  ["r7i", 0.1323, 16, "amd64", TO_24XLARGE],
  ["r7g", 0.1071, 16, "arm64", TO_16XLARGE],
  ["r8g", 0.11782, 16, "arm64", TO_24XLARGE],
  ["i4i", 0.172, 16, "amd64", TO_24XLARGE],
];

/** The burstable families do not grow evenly: [size, CPUs, memory in GiB, times the price of `micro`]. */
const BURSTABLE: [string, number, number, number][] = [
  ["micro", 2, 1, 1],
  ["small", 2, 2, 2],
  ["medium", 2, 4, 4],
  ["large", 2, 8, 8],
  ["xlarge", 4, 16, 16],
  ["2xlarge", 8, 32, 32],
];

/** [family, price of `micro` by the hour, architecture] */
const BURSTABLE_FAMILIES: [string, number, "amd64" | "arm64"][] = [
  ["t3", 0.0104, "amd64"],
  ["t3a", 0.0094, "amd64"],
  ["t4g", 0.0084, "arm64"],
];

export const awsSizes: SizeCatalog = {
  example: "m6i.large",
  portable: { micro: "t3.micro", small: "t3.small", medium: "t3.medium", large: "t3.large", xlarge: "t3.xlarge" },
  types: new Map([...burstableTypes(), ...familyTypes()]),
  retired: {
    "t1.micro": "micro",
    "t2.micro": "micro",
    "t2.small": "small",
    "t2.medium": "medium",
    "t2.large": "large",
    "t2.xlarge": "xlarge",
    "m1.small": "small",
    "m1.medium": "medium",
    "m1.large": "large",
    "m1.xlarge": "xlarge",
    "m2.medium": "medium",
    "m2.xlarge": "r6i.large",
    "m3.medium": "medium",
    "m3.large": "large",
    "m3.xlarge": "xlarge",
    "m3.2xlarge": "m6i.2xlarge",
    "m4.large": "m6i.large",
    "m4.xlarge": "m6i.xlarge",
    "m4.2xlarge": "m6i.2xlarge",
    "c1.medium": "medium",
    "c3.large": "c6i.large",
    "c3.xlarge": "c6i.xlarge",
    "c4.large": "c6i.large",
    "c4.xlarge": "c6i.xlarge",
    "c4.2xlarge": "c6i.2xlarge",
    "r3.large": "r6i.large",
    "r4.large": "r6i.large",
  },
  pricedRegion: "us-east-1",
  // By t3.micro's hourly price, of the same day and source: 0.0104 US dollars in us-east-1.
  regionFactors: byRegion(0.0104, {
    "us-east-1": 0.0104,
    "us-east-2": 0.0104,
    "us-west-1": 0.0124,
    "us-west-2": 0.0104,
    "ca-central-1": 0.0116,
    "sa-east-1": 0.0168,
    "eu-west-1": 0.0114,
    "eu-west-2": 0.0118,
    "eu-west-3": 0.0118,
    "eu-central-1": 0.012,
    "eu-north-1": 0.0108,
    "eu-south-1": 0.012,
    "af-south-1": 0.0136,
    "me-south-1": 0.0126,
    "ap-east-1": 0.0146,
    "ap-south-1": 0.0112,
    "ap-southeast-1": 0.0132,
    "ap-southeast-2": 0.0132,
    "ap-northeast-1": 0.0136,
    "ap-northeast-2": 0.013,
    "ap-northeast-3": 0.0136,
  }),
  pricesOf: "2025-06-01",
  source: "https://aws.amazon.com/ec2/pricing/on-demand/",
  volumeGiBMonthlyUsd: 0.08,
};

function familyTypes(): [string, MachineType][] {
  return FAMILIES.flatMap(([family, hourly, gib, architecture, sizes]) =>
    sizes.map((size): [string, MachineType] => {
      const times = STEPS[size] ?? 1;
      const type = { cpus: 2 * times, memoryMiB: gib * 1024 * times, monthlyUsd: monthly(hourly * times) };
      return [`${family}.${size}`, { ...type, architecture }];
    }),
  );
}

function burstableTypes(): [string, MachineType][] {
  return BURSTABLE_FAMILIES.flatMap(([family, hourly, architecture]) =>
    BURSTABLE.map(([size, cpus, gib, times]): [string, MachineType] => [
      `${family}.${size}`,
      { cpus, memoryMiB: gib * 1024, monthlyUsd: monthly(hourly * times), architecture },
    ]),
  );
}
