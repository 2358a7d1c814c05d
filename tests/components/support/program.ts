import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadAll, type RenderedStack } from "../../../load";
import type { Before } from "../../../plan/before";
import type { Succession } from "../../../plan/succession";
import type { Plan } from "../../../plan/types";
import { environment } from "../../../stacks/environment";
import type { Outputs } from "../../../stacks/outputs";
import { type Registered, register } from "./mocks";

const ROOT = path.join(__dirname, "..", "..", "..");

/** As set-up would write it to `storm:local`. */
export const MACHINE = { nodeImage: "node-image:1", cacheImage: "cache-image:1", ipvs: false, offline: true };

export interface Deployed {
  plan: Plan;
  stacks: RenderedStack[];
  resources: Registered[];
  outputs: Outputs;
}

let builds: string | undefined;

/** Folder of packed build contexts, one for the process. */
function buildDirectory(): string {
  builds ??= fs.mkdtempSync(path.join(os.tmpdir(), "storm-builds-"));
  return builds;
}

/** Removes what `deployed` left on the disk. */
export function removeBuilds(): void {
  if (builds !== undefined) fs.rmSync(builds, { recursive: true, force: true });
  builds = undefined;
}

/** This repository's storm.yml with `spec` merged over it. */
export function loaded(spec?: object, env = "dev", before?: Before) {
  return loadAll({
    directory: ROOT,
    file: "storm.yml",
    env,
    spec,
    ipvs: MACHINE.ipvs,
    buildDirectory: buildDirectory(),
    offline: true,
    before,
  });
}

/** The whole environment as index.ts makes it, on this repository's storm.yml with `spec` merged over it. */
export async function deployed(
  spec?: object,
  options: {
    env?: string;
    preview?: boolean;
    answers?: Record<string, Record<string, unknown>>;
    lookUps?: Record<string, Record<string, unknown>>;
    /** What the state says is there. */
    before?: Before;
    /** In which order machines change. */
    succession?: Succession;
  } = {},
): Promise<Deployed> {
  const { plan, stacks } = loaded(spec, options.env, options.before);
  const { resources, result } = await register(
    () =>
      environment({
        plan,
        stacks,
        settings: { machine: MACHINE, hostsKey: undefined },
        succession: options.succession,
      }),
    options,
  );
  if (result.outputs === undefined) throw new Error("an environment in one stack has outputs");
  return { plan, stacks, resources, outputs: result.outputs };
}

/** The one resource of this type (its last part) and name. */
export function resource({ resources }: Pick<Deployed, "resources">, type: string, name: string): Registered {
  const found = resources.filter((each) => each.type.endsWith(`:${type}`) && each.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources are ${type} ${name}`);
  return found[0];
}

/** Every resource of this type (its last part). */
export function ofType({ resources }: Pick<Deployed, "resources">, type: string): Registered[] {
  return resources.filter((each) => each.type.endsWith(`:${type}`));
}

/** Every text of this deployment that nobody but its owner may read. */
export function secretTexts(deployment: Pick<Deployed, "resources">): Record<string, string> {
  const keys = ofType(deployment, "PrivateKey").flatMap(({ name, outputs: key }) =>
    ["privateKeyPem", "privateKeyOpenssh"].map((field): [string, string] => [`${name} ${field}`, bodyLine(key[field])]),
  );
  const { management, gossip, acl } = stdinOf<ConsulDocument>(resource(deployment, "Command", "consul"));
  const tokens = acl.tokens.map(({ description, secret }): [string, string] => [description, secret]);
  return Object.fromEntries([...keys, ...tokens, ["management", management], ["gossip", gossip]]);
}

/** What storm_cluster.py consul reads. */
export interface ConsulDocument {
  management: string;
  gossip: string;
  acl: {
    policies: { name: string; rules: string }[];
    tokens: { accessor: string; secret: string; description: string; policies: string[] }[];
  };
  nodes: Record<string, object>;
  peers: Record<string, object>;
}

/** A line of a key that no other key has: found also where the PEM is quoted in JSON. */
function bodyLine(pem: unknown): string {
  return (pem as string).split("\n")[1] ?? "";
}

/** What a command reads on standard input. */
export function stdinOf<T>(command: Registered): T {
  return JSON.parse(command.inputs["stdin"] as string) as T;
}
