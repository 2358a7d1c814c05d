/** What a destroy leaves where it is: disks for data, and what they cannot be without. */
import type { StackState } from "../tools/backend";
import { partsOf, shortType } from "./describe";
import { DATA_DISK } from "./preview/losses";

export interface Kept {
  kind: "disk" | "resource group";
  name: string;
  urn: string;
  /** Its provider's. */
  id: string;
  /** What deletes it in the end, by the provider's own client. */
  remove: string;
}

const GROUP = "azure-native:resources:ResourceGroup";

/** The disks for data of a stack: pools with a `volume` have them, local nodes never do. */
export function dataDisks(state: StackState): Kept[] {
  return state.entries.flatMap(({ urn, id }) => {
    const { name, type } = partsOf(urn);
    if (id === undefined || !DATA_DISK.test(shortType(type))) return [];
    return [{ kind: "disk" as const, name, urn, id, remove: remover(type, id) }];
  });
}

/**
 * What stays when the data does: the disks, and Azure's groups that hold some, for Azure deletes a group with all that is in it. One that
 * an earlier destroy was to leave stays, too: when that was killed, its disks may be in no state any more.
 */
export function keptWithData(state: StackState): Kept[] {
  const disks = dataDisks(state);
  const groups = state.entries.flatMap(({ urn, id, retainOnDelete = false }) => {
    const { name, type } = partsOf(urn);
    if (id === undefined || shortType(type) !== GROUP) return [];
    if (!retainOnDelete && !disks.some((disk) => isBelow(disk.id, id))) return [];
    return [{ kind: "resource group" as const, name, urn, id, remove: groupRemover(id) }];
  });
  return [...disks, ...groups];
}

/** Names of what only `--force-production` lets go. */
export function protectedNames(state: StackState): string[] {
  return state.entries.flatMap(({ urn, protect }) => (protect ? [partsOf(urn).name] : [])).sort();
}

/** What stays, before it is done. */
export function staysText(kept: readonly Kept[]): string {
  const lines = kept.map(
    ({ kind, name, id }) => `  ${kind} ${name} (${id})${kind === "disk" ? "" : ", which holds them"}\n`,
  );
  return `Kept, with all data (--data takes it too); what follows calls it removed, from the state:\n${lines.join("")}`;
}

/** What is left, who pays for it, and what it is in the way of. */
export function keptText(kept: readonly Kept[]): string {
  const lines = kept.map(({ name, id, remove }) => `  ${name} (${id}): ${remove}\n`);
  const taken = kept.filter(({ kind, urn }) => kind === "resource group" || hasFixedName(urn)).map(({ name }) => name);
  const words = taken.length === 1 ? "name is" : "names are";
  return [
    `No stack has these any more; they cost money until they are deleted:\n${lines.join("")}`,
    taken.length > 0 &&
      `Until then a deployment of the same cluster and environment fails, for the ${words} taken: ${taken.join(", ")}\n`,
  ]
    .filter(Boolean)
    .join("");
}

/** DigitalOcean's Volumes: a region has each name once. Azure's disks have theirs in a group that is in the way by itself. */
function hasFixedName(urn: string): boolean {
  return partsOf(urn).type.startsWith("digitalocean:");
}

function isBelow(id: string, group: string): boolean {
  return id.toLowerCase().startsWith(`${group.toLowerCase()}/`);
}

function remover(type: string, id: string): string {
  if (type.startsWith("aws:")) return `aws ec2 delete-volume --volume-id ${id}`;
  if (type.startsWith("azure-native:")) return `az disk delete --ids ${id}`;
  return `doctl compute volume delete ${id}`;
}

function groupRemover(id: string): string {
  const [, , subscription = "", , name = ""] = id.split("/");
  return `az group delete --subscription ${subscription} --name ${name}     # with all that is in it`;
}
