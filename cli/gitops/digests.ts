/** What of a deployment nobody is shown, so that another one is noticed: values of resources, files, config, the program itself. */
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { canonical } from "../../lab/local/values";
import type { Loaded } from "../../load";
import { sources } from "../../tools/paths";
import type { StackConfig } from "../config";

export interface Hidden {
  events: readonly EngineEvent[];
  loaded: Loaded;
  config: StackConfig;
}

/** With words for who reads that one of them is another. */
export const DIGESTED = {
  values: "values of resources",
  files: "storm.yml or the files of its stacks",
  config: "the stack's config",
  program: "Storm itself",
} as const;

/** @param key so that nobody finds a short secret by its digest */
export function digestsOf({ events, loaded, config }: Hidden, key: Buffer): Record<keyof typeof DIGESTED, string> {
  const of = (value: unknown) => createHmac("sha256", key).update(canonical(value)).digest("base64");
  return {
    values: of(values(events)),
    files: of(files(loaded)),
    config: of(settings(config)),
    program: of(programIn(sources)),
  };
}

/** What the engine would set. Secrets read "[secret]" there: what they are made of is in the other digests. */
function values(events: readonly EngineEvent[]): unknown[] {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  return steps
    .filter(({ op }) => op !== "same" && op !== "refresh")
    .map(({ op, urn, old, new: now }: StepEventMetadata) => ({ op, urn, id: old?.id, inputs: chosen(now?.inputs) }))
    .sort((a, b) => (`${a.urn} ${a.op}` < `${b.urn} ${b.op}` ? -1 : 1));
}

/** Without what a provider filled in by itself: a name that it makes up is another one in each preview. */
function chosen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(chosen);
  if (typeof value !== "object" || value === null) return value;
  const { __defaults: made, ...given } = value as Record<string, unknown>;
  const left = Array.isArray(made)
    ? Object.entries(given).filter(([key]) => !made.includes(key))
    : Object.entries(given);
  return Object.fromEntries(left.map(([key, inner]) => [key, chosen(inner)]));
}

/** Without what depends on the folder of the checkout, and on comments. */
function files({ plan, stacks, certificate }: Loaded): unknown {
  return {
    certificate,
    plan: { ...plan, warnings: [], stacks: plan.stacks.map((stack) => ({ ...stack, line: 0, column: 0 })) },
    stacks: stacks.map(({ name, stack, builds, routes, configs, secrets, spread, hidden, contexts }) => ({
      ...{ name, stack, builds, routes, configs, secrets, spread, hidden },
      contexts: contexts.map(({ remotePath }) => remotePath),
    })),
  };
}

/** As Pulumi.<stack>.yaml has it, secrets encrypted; without what set-up finds on whichever machine it is. */
function settings(config: StackConfig): StackConfig {
  return { ...config, "storm:local": undefined };
}

/** What the program is made of. Another version of Storm may send nodes other scripts, by standard input, which is secret. */
const PROGRAM = ["spec", "plan", "compose", "boot", "components", "stacks", "policy"];
const ALONE = ["load.ts", "outputs/schema.ts", "production.ts", "index.ts", "package-lock.json"];

/** @param root of the checkout: what its own path is called says nothing of a file in it */
export function programIn(root: string): [file: string, text: string][] {
  const below = PROGRAM.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
      .filter((file) => !/\bdist\b|__pycache__/.test(dirname(file))),
  );
  return [...below, ...ALONE].sort().map((file) => [file, readFileSync(join(root, file), "utf8")]);
}
