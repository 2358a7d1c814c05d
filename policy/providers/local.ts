import { localSizes } from "../../spec/sizes/local";
import { number, type Props } from "../values";
import type { ProviderPolicy } from "./provider";

export const provider: ProviderPolicy = {
  package: "storm",
  machines: { "storm:local:Node": ({ props: node }) => ({ type: sizeOf(node), count: 1 }) },
  disks: {},
  // Containers of this machine: they cost nothing, and carry their cluster's label.
  ofPools: [],
  ofSites: [],
  data: [],
  tags: () => [],
};

/** Local nodes have no types: the size with the same processors and memory. */
function sizeOf(node: Props): string | undefined {
  const [size] = [...localSizes.types].find(
    ([, type]) => type.cpus === number(node["cpus"]) && type.memoryMiB === number(node["memoryMiB"]),
  ) ?? [undefined];
  return size;
}
