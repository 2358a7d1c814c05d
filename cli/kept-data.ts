/** What a destroy leaves where it is: disks for data, and what they cannot be without. */
import type { Deployment, StackState, StateResource } from "../tools/backend";
import { partsOf, shortType } from "./describe";
import { DATA_DISK } from "./preview/losses";
import type { StormStack } from "./workspace";

export interface KeptDisk {
  name: string;
  urn: string;
  /** Its provider's. */
  id: string;
  /** What deletes it in the end, by the provider's own client. */
  remove: string;
}

const GROUP = "azure-native:resources:ResourceGroup";

/** The disks for data of a stack: pools with a `volume` have them, local nodes never do. */
export function dataDisks(state: StackState): KeptDisk[] {
  return state.entries.flatMap(({ urn, id }) => {
    const { name, type } = partsOf(urn);
    return id === undefined || !DATA_DISK.test(shortType(type)) ? [] : [{ name, urn, id, remove: remover(type, id) }];
  });
}

/** Names of what only `--force-production` lets go. */
export function protectedNames(state: StackState): string[] {
  return state.entries.flatMap(({ urn, protect }) => (protect ? [partsOf(urn).name] : [])).sort();
}

/** Before a destroy: what is kept leaves the state alone, what is protected no longer is. */
export async function prepareState(
  stack: StormStack,
  kept: readonly KeptDisk[],
  { unprotect }: { unprotect: boolean },
): Promise<void> {
  if (kept.length === 0 && !unprotect) return;
  const { stdout } = await stack.run(["stack", "export", "--stack", stack.name]);
  const exported = JSON.parse(stdout) as { deployment?: Deployment };
  const resources = exported.deployment?.resources ?? [];
  const edited = { ...exported, deployment: { ...exported.deployment, resources: letGo(resources, kept, unprotect) } };
  // By standard input: encrypted or not, a state is no file for a folder of temporary ones.
  await stack.run(["stack", "import", "--stack", stack.name], JSON.stringify(edited));
}

/** The engine forgets a resource that is retained where it would delete it. */
export function letGo(
  resources: readonly StateResource[],
  kept: readonly Pick<KeptDisk, "urn" | "id">[],
  unprotect: boolean,
): StateResource[] {
  const urns = new Set(kept.map(({ urn }) => urn));
  return resources.map((resource) => {
    const { urn, type, id = "", protect, ...rest } = resource;
    // Azure deletes a group with all that is in it.
    const holds = shortType(type) === GROUP && kept.some((disk) => isBelow(disk.id, id));
    const retained = urns.has(urn) || holds;
    if (!retained && !(unprotect && protect)) return resource;
    return { ...rest, urn, type, id, ...(retained ? { retainOnDelete: true } : {}) };
  });
}

function isBelow(id: string, group: string): boolean {
  return id.toLowerCase().startsWith(`${group.toLowerCase()}/`);
}

function remover(type: string, id: string): string {
  if (type.startsWith("aws:")) return `aws ec2 delete-volume --volume-id ${id}`;
  if (type.startsWith("azure-native:")) return `az disk delete --ids ${id}`;
  return `doctl compute volume delete ${id}`;
}
