import type { LabCluster } from "./lab";

/** A resource as the exported state has it. */
export interface StateResource {
  urn: string;
  id?: string;
  /** When it was last created or updated. */
  modified?: string;
  outputs?: Record<string, unknown>;
}

/** The stack's resources; secrets in plain text only if they are asked for. */
export async function resources(lab: LabCluster, ...more: "--show-secrets"[]): Promise<StateResource[]> {
  const { code, stdout, stderr } = await lab.pulumi("stack", "export", ...more);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { deployment: { resources: StateResource[] } }).deployment.resources;
}

export function nameOf({ urn }: StateResource): string {
  return urn.split("::").pop() ?? urn;
}

/** An output that may be a secret, of {@link resources} with secrets shown. */
export function plainText(value: unknown): string | undefined {
  const plain = (value as { plaintext?: string } | null | undefined)?.plaintext;
  return plain === undefined ? undefined : String(JSON.parse(plain));
}

/** Type and name of each resource -> its id and when it last changed: the engine writes that with each update. */
export async function stamps(lab: LabCluster): Promise<Record<string, string>> {
  const all = (await resources(lab)).filter(({ urn }) => !urn.includes("pulumi:pulumi:Stack::"));
  return Object.fromEntries(
    all.map((each) => [each.urn.split("::").slice(2).join("::"), `${each.id} ${each.modified}`]),
  );
}

/** Names of the resources that were made anew, updated or removed between two looks. */
export function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  const keys = Object.keys(before).filter((key) => before[key] !== after[key]);
  return keys.map((key) => key.split("::").pop() ?? key).sort();
}

export async function urnOf(lab: LabCluster, name: string): Promise<string> {
  const urn = (await resources(lab)).map((each) => each.urn).find((each) => each.endsWith(`::${name}`));
  if (urn === undefined) throw new Error(`no resource ${name}`);
  return urn;
}
