import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { UserError } from "../tools/errors";
import { partsOf } from "./describe";

/** What a node's machine is, by provider. A scale set's or autoscaling group's machines are never managers. */
const MACHINES = [
  "aws:ec2/instance:Instance",
  "azure-native:compute:VirtualMachine",
  "digitalocean:index/droplet:Droplet",
  "storm:local:Node",
];
const REPLACED = ["replace", "create-replacement", "delete-replaced"];

/** Names of the managers that run, by the stack's output `nodes`. */
export function runningManagers(nodes: unknown): string[] {
  if (!Array.isArray(nodes)) return [];
  const rows = nodes as { name?: unknown; role?: unknown }[]; // stacks/outputs.ts wrote them
  return rows.flatMap(({ name, role }) => (role === "manager" && typeof name === "string" ? [name] : []));
}

/**
 * Watches the events of a preview for managers that would be made anew. One at a time a cluster lives through: its state is on the
 * others. More at once are the end of the quorum, and with it of Swarm's and Consul's data.
 */
export class ManagerGuard {
  private readonly replaced = new Map<string, { urn: string; because: Set<string> }>();
  private readonly made = new Set<string>();
  private readonly removed = new Map<string, string>();

  constructor(private readonly managers: readonly string[]) {}

  event({ resourcePreEvent }: EngineEvent): void {
    if (resourcePreEvent === undefined) return;
    const { metadata } = resourcePreEvent;
    const { name } = partsOf(metadata.urn);
    if (!MACHINES.includes(metadata.type) || !this.managers.includes(name)) return;
    if (REPLACED.includes(metadata.op)) this.note(name, metadata);
    if (metadata.op === "create") this.made.add(name);
    if (metadata.op === "delete") this.removed.set(name, metadata.urn);
  }

  /** In the order of their names. A machine that goes and comes again under another URN counts too. */
  get found(): { name: string; urn: string; because: string[] }[] {
    const moved = [...this.removed].filter(([name]) => this.made.has(name) && !this.replaced.has(name));
    return [
      ...[...this.replaced].map(([name, { urn, because }]) => ({ name, urn, because: [...because].sort() })),
      ...moved.map(([name, urn]) => ({ name, urn, because: [] })),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws UserError when more than one manager would be made anew. */
  check(stack: string): void {
    const { found } = this;
    if (found.length < 2) return;
    const lines = found.map(({ name, because }) => `${name}${because.length > 0 ? ` (${because.join(", ")})` : ""}`);
    throw new UserError(
      `this would replace ${found.length} of ${this.managers.length} managers at once, and the cluster's state with them: ${lines.join(", ")}`,
      [
        "Nothing was changed. Replace them one by one, each when the one before is a manager again:",
        ...found.map(({ urn }) => `  npm run -s pulumi -- up --stack ${stack} --target-dependents --target '${urn}'`),
        "`--allow-manager-replacement` does it at once: everything that runs on the cluster starts anew.",
      ],
    );
  }

  private note(name: string, { urn, keys }: StepEventMetadata): void {
    const entry = this.replaced.get(name) ?? { urn, because: new Set<string>() };
    for (const key of keys ?? []) entry.because.add(key);
    this.replaced.set(name, entry);
  }
}
