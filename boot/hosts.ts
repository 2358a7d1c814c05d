import type { NodePlan, Plan } from "../plan/types";
import { bootFiles, hostFiles, type NodeFile, userDataFiles } from "./boot-files";
import { identityFiles, unitsOf } from "./cloud-init";
import { nodeConfig } from "./node-config";

/** Less than the smallest size of the catalog (1 GiB), by what a kernel keeps for itself. */
const MIN_MEMORY_MIB = 900;

/** What a machine that exists already is looked at for: what check.py reads. */
export interface HostCheckDocument {
  /** Ports that a node needs for itself. */
  ports: { tcp: number[]; udp: number[] };
  /** Address ranges that the machine must not route elsewhere already. */
  cidrs: string[];
  memoryMiB: number;
}

/** What must be free on the machine of this node. */
export function hostCheck(plan: Plan, node: NodePlan): HostCheckDocument {
  const { network } = plan;
  const everywhere = [53, 80, 443, plan.registry.port, 7946, 8301, 8500, 8600];
  const managers = node.role === "manager" ? [2376, 2377, 8300, 8302, 8501] : [];
  return {
    ports: {
      tcp: [...everywhere, ...managers],
      udp: [53, network.meshPort, 4789, 7946, 8301, 8600, ...(node.role === "manager" ? [8302] : [])],
    },
    cidrs: [network.meshCidr, network.overlayCidr, network.bridgeCidr],
    memoryMiB: MIN_MEMORY_MIB,
  };
}

/** What birth.py brings to the machine: the same files and units as user-data, but for SSH, which stays the owner's. */
export interface HostBirthDocument {
  files: Pick<NodeFile, "path" | "content" | "mode">[];
  units: string[];
}

export function hostBirth(plan: Plan, node: NodePlan): HostBirthDocument {
  const config = nodeConfig(plan, node);
  const files = [...identityFiles(config), ...userDataFiles(bootFiles()), ...hostFiles()];
  return {
    files: files.map(({ path, content, mode }) => ({ path, content, mode })),
    units: unitsOf(config),
  };
}
