import type { MachineType, SizeCatalog } from "./types";

const type = (cpus: number, memoryMiB: number): MachineType => ({
  cpus,
  memoryMiB,
  monthlyUsd: 0,
  architecture: "amd64",
});

/** Nodes as containers on this machine: the portable sizes are the only types, and cost nothing. */
export const localSizes: SizeCatalog = {
  example: "small",
  portable: { micro: "micro", small: "small", medium: "medium", large: "large", xlarge: "xlarge" },
  types: new Map([
    ["micro", type(0.5, 512)],
    ["small", type(1, 1024)],
    ["medium", type(2, 2048)],
    ["large", type(4, 4096)],
    ["xlarge", type(8, 8192)],
  ]),
  retired: {},
  pricedRegion: "",
  pricesOf: "",
  source: "",
  volumeGiBMonthlyUsd: 0,
};
