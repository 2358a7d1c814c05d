/** A destroy's state: what is kept leaves it alone, what is protected no longer is, and all of it comes back after a failure. */
import { type Deployment, type StateResource, stateOf } from "../tools/backend";
import { editDeployment } from "../tools/engine-backend";
import { messageOf, UserError } from "../tools/errors";
import type { Output } from "../tools/report";
import { dataDisks, type Kept, keptWithData } from "./kept-data";
import type { StormStack } from "./workspace";

/** What is used of a stack. */
type Engine = Pick<StormStack, "name" | "run">;

export interface Wish {
  /** The disks for data, as somebody has seen them named. */
  shown: readonly Kept[];
  /** They go, too. */
  data: boolean;
  /** What is protected goes, too. */
  unprotect: boolean;
}

/** What is done to a state before the engine destroys its stack, and taken back when that does not come to its end. */
export interface Preparation {
  begin(stack: Engine): Promise<void>;
  giveUp(stack: Engine): Promise<void>;
}

/** Does `work` on a stack that was prepared for it, and takes that back when it fails, also by an interrupt; the error stays that of `work`. */
export async function prepared(
  preparation: Preparation | undefined,
  stack: Engine & Pick<StormStack, "uninterrupted">,
  output: Output,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await preparation?.begin(stack);
    await work();
  } catch (error) {
    await stack
      .uninterrupted(async () => preparation?.giveUp(stack))
      .catch((reason: unknown) => {
        output.write(`The state could not be put back as it was: ${messageOf(reason)}\n`);
      });
    throw error;
  }
}

export class LettingGo implements Preparation {
  /** What the engine leaves alone; nothing before it has begun. */
  kept: readonly Kept[] = [];
  private before: readonly StateResource[] | undefined;

  constructor(private readonly wish: Wish) {}

  /** @throws UserError when the disks are not those that were shown: another run deployed meanwhile */
  async begin(stack: Engine): Promise<void> {
    const { shown, data, unprotect } = this.wish;
    await edit(stack, (deployment) => {
      const state = stateOf(deployment);
      refuseOthers(shown, dataDisks(state), stack.name);
      const { resources = [] } = deployment;
      this.kept = data ? [] : keptWithData(state);
      this.before = resources;
      return { ...deployment, resources: letGo(resources, this.kept, unprotect) };
    });
  }

  /** The engine failed, or was stopped: what is still there is protected as before, and the disks are the stack's again. */
  async giveUp(stack: Engine): Promise<void> {
    const { before } = this;
    if (before === undefined) return;
    await edit(stack, (deployment) => {
      return { ...deployment, resources: putBack(before, deployment.resources ?? [], this.kept) };
    });
  }
}

function edit(stack: Engine, change: (deployment: Deployment) => Deployment): Promise<void> {
  return editDeployment((args, input) => stack.run(args, input), stack.name, change);
}

function refuseOthers(shown: readonly Kept[], found: readonly Kept[], stack: string): void {
  const isIn = (list: readonly Kept[]) => (disk: Kept) => list.some((each) => identity(each) === identity(disk));
  const [came, went] = [found.filter((disk) => !isIn(shown)(disk)), shown.filter((disk) => !isIn(found)(disk))];
  if (came.length === 0 && went.length === 0) return;
  const line = (word: string) => (disk: Kept) => `${word}: ${disk.name} (${disk.id})`;
  throw new UserError(`the disks of stack ${stack} are not those that were shown`, [
    ...came.map(line("not shown")),
    ...went.map(line("not there any more")),
    "Another run has changed the stack meanwhile. Nothing was destroyed; run it again to see what goes now.",
  ]);
}

/** The engine forgets a resource that is retained where it would delete it. What an earlier run said of that counts no more. */
export function letGo(
  resources: readonly StateResource[],
  kept: readonly Pick<Kept, "urn" | "id">[],
  unprotect: boolean,
): StateResource[] {
  const stays = new Set(kept.map(identity));
  return resources.map((resource) =>
    flagged(resource, { protect: !unprotect && resource.protect, retainOnDelete: stays.has(identity(resource)) }),
  );
}

/**
 * @param before the resources as they were
 * @param now what the engine has left of them
 * @param kept what it only forgot, and nobody deleted
 */
export function putBack(
  before: readonly StateResource[],
  now: readonly StateResource[],
  kept: readonly Pick<Kept, "urn" | "id">[],
): StateResource[] {
  const there = new Map(now.map((resource) => [identity(resource), resource]));
  const stays = new Set(kept.map(identity));
  // Parents and providers come before what needs them, so that one way back finds all of them.
  const needed = new Set<string>();
  const forgotten = new Set<StateResource>();
  for (const resource of [...before].reverse()) {
    if (there.has(identity(resource)) || resource.delete) continue;
    if (!stays.has(identity(resource)) && !needed.has(resource.urn)) continue;
    forgotten.add(resource);
    for (const urn of [resource.parent, providerOf(resource)]) if (urn !== undefined) needed.add(urn);
  }
  const known = new Set(before.map(identity));
  const all = [
    ...before.filter((each) => there.has(identity(each)) || forgotten.has(each)),
    ...now.filter((each) => !known.has(identity(each))),
  ];
  const urns = new Set(all.map(({ urn }) => urn));
  return all.map((resource) => {
    if (forgotten.has(resource)) return withinReach(resource, urns);
    const { protect, retainOnDelete } = resource;
    return flagged(there.get(identity(resource)) ?? resource, { protect, retainOnDelete });
  });
}

/** Without references to what is gone for good: the engine takes no state that has such. */
function withinReach(resource: StateResource, urns: ReadonlySet<string>): StateResource {
  const { dependencies, propertyDependencies, deletedWith, replaceWith, ...rest } = resource;
  const there = (list: readonly string[]) => list.filter((urn) => urns.has(urn));
  const properties = Object.entries(propertyDependencies ?? {}).map(([key, list]) => [key, there(list ?? [])] as const);
  return {
    ...rest,
    ...(dependencies && { dependencies: there(dependencies) }),
    ...(propertyDependencies && { propertyDependencies: Object.fromEntries(properties) }),
    ...(deletedWith !== undefined && urns.has(deletedWith) && { deletedWith }),
    ...(replaceWith && { replaceWith: there(replaceWith) }),
  };
}

function flagged(
  resource: StateResource,
  { protect, retainOnDelete }: Pick<StateResource, "protect" | "retainOnDelete">,
): StateResource {
  const copy = { ...resource };
  if (protect) copy.protect = true;
  else delete copy.protect;
  if (retainOnDelete) copy.retainOnDelete = true;
  else delete copy.retainOnDelete;
  return copy;
}

function identity({ urn, id }: { urn: string; id?: string }): string {
  return `${urn} ${id ?? ""}`;
}

/** Of "<urn>::<id>". */
function providerOf({ provider }: StateResource): string | undefined {
  return provider?.slice(0, provider.lastIndexOf("::"));
}
