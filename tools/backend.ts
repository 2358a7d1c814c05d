import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { type BackendLock, parseLock } from "./backend-lock";
import { checkout, labCheckout, storm } from "./paths";
import { readIfThere } from "./files";

/** What is read of a stack's state file. */
export interface StackState {
  /** Secret ones read "[secret]". */
  outputs: Record<string, unknown>;
  pendingOperations: number;
  /** URNs of remote commands whose update was cut off (interrupted-commands.ts). */
  interrupted: string[];
  resources: number;
  /** Of all that is there. Secrets in it stay encrypted. */
  entries: Pick<StateResource, "urn" | "id" | "protect" | "retainOnDelete" | "outputs">[];
  /** Ids of the clusters whose containers and networks carry them as label. */
  clusters: string[];
  /** Containers that ought to run: local nodes and services. */
  containers: number;
}

const RECURSIVELY = { recursive: true, force: true };

/** What commands ask of wherever the engine keeps the state of this project. */
export interface Backend {
  /** State of a stack; undefined when there is no such stack. Secrets in it stay encrypted. */
  state(stack: string): Promise<StackState | undefined>;
  stacks(): Promise<string[]>;
  /** Locks that a run on this machine may have left. */
  locks(stack: string): Promise<BackendLock[]>;
  /** Clears away what the engine keeps of a stack that is no more: copies of its state, and its history. */
  forget(stack: string): Promise<void>;
}

/** The folder of this checkout, read directly: asking the engine costs a third of a second each time. */
export class FolderBackend implements Backend {
  constructor(
    private readonly folder: string = storm.state,
    private readonly project: string = projectName(),
  ) {}

  state(stack: string): Promise<StackState | undefined> {
    const text = readIfThere(join(this.folder, ".pulumi", "stacks", this.project, `${stack}.json`));
    if (text === undefined) return Promise.resolve(undefined);
    return Promise.resolve(stateOf((JSON.parse(text) as StateFile).checkpoint?.latest));
  }

  stacks(): Promise<string[]> {
    const names = list(join(this.folder, ".pulumi", "stacks", this.project));
    return Promise.resolve(names.flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -".json".length)] : [])));
  }

  forget(stack: string): Promise<void> {
    const pulumi = join(this.folder, ".pulumi");
    for (const name of [`${stack}.json.bak`, `${stack}.json.bak.attrs`]) {
      rmSync(join(pulumi, "stacks", this.project, name), { force: true });
    }
    for (const kind of ["backups", "history"]) rmSync(join(pulumi, kind, this.project, stack), RECURSIVELY);
    return Promise.resolve();
  }

  locks(stack: string): Promise<BackendLock[]> {
    const folder = join(this.folder, ".pulumi", "locks", "organization", this.project, stack);
    return Promise.resolve(
      list(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => parseLock(readIfThere(join(folder, name)) ?? "")),
    );
  }
}

/** Of the lab's stacks. */
export function labBackend(): FolderBackend {
  return new FolderBackend(join(labCheckout, ".storm", "state"));
}

export interface StateResource {
  urn: string;
  type: string;
  /** The provider's; components have none. */
  id?: string;
  /** The engine deletes it only when this is taken back. */
  protect?: boolean;
  /** The engine forgets it where it would delete it. */
  retainOnDelete?: boolean;
  /** It is on its way out, and another one in its place. */
  delete?: boolean;
  /** URN. */
  parent?: string;
  /** "<urn>::<id>" */
  provider?: string;
  /** URNs of what it needs, and which property needs which. */
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  deletedWith?: string;
  replaceWith?: string[];
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A stack's deployment, as the engine exports it and as its state file has it. */
export interface Deployment {
  resources?: StateResource[];
  /** What was under way: "creating", "updating", "deleting", "reading". */
  pending_operations?: { type?: string; resource?: StateResource }[];
}

interface StateFile {
  checkpoint?: { latest?: Deployment | null };
}

/** @param deployment null or undefined: of a stack that was never deployed */
export function stateOf(deployment: Deployment | null | undefined): StackState {
  const latest = deployment ?? {};
  const resources = latest.resources ?? [];
  const root = resources.find((resource) => resource.type === "pulumi:pulumi:Stack");
  const local = resources.filter(({ type }) => type.startsWith("storm:local:"));
  const pending = latest.pending_operations ?? [];
  // What was being made when a run was killed is in no list of resources, and may be there.
  const begun = pending.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
  const owners = [...local, ...begun].map(({ inputs }) => inputs?.cluster);
  const clusters = [root?.outputs?.clusterId, ...owners];
  return {
    clusters: [...new Set(clusters.filter((id): id is string => typeof id === "string"))],
    containers: local.filter(({ type }) => type !== "storm:local:Network").length,
    outputs: Object.fromEntries(
      Object.entries(root?.outputs ?? {}).map(([name, value]) => [name, withoutSecret(value)]),
    ),
    pendingOperations: pending.length,
    interrupted: pending.flatMap(({ type, resource }) =>
      type === "updating" && resource?.type === "command:remote:Command" ? [resource.urn] : [],
    ),
    resources: resources.length,
    entries: resources.flatMap(({ urn, id, protect, retainOnDelete, outputs, delete: leaving }) =>
      leaving ? [] : [{ urn, id, protect, retainOnDelete, outputs }],
    ),
  };
}

/** How the engine writes down what is secret: an object with this key, whose content is encrypted. */
const secretMark = "4dabf18193072939515e22adb298388d";

function withoutSecret(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return "[secret]";
  if (Array.isArray(value)) return value.map(withoutSecret);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecret(inner)]));
}

/** As Pulumi.yaml has it. */
export function projectName(): string {
  const project = load(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as { name: string };
  return project.name;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
