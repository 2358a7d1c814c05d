import { checkShape } from "./check";
import type { Issue } from "./errors";
import { sortIssues, SpecError } from "./errors";
import type { Source } from "./located";
import { isMapping } from "./located";
import type { Override } from "./merge";
import { mergeSources, overrideSource } from "./merge";
import { normalizeHosts, normalizePools } from "./normalize";
import { parseYaml } from "./parse";
import { checkRules } from "./rules";
import { MAX_ENVIRONMENTS } from "./schema";
import type { Spec } from "./spec";

export interface LoadOptions {
  /** What messages call the file, e.g. "storm.yml". */
  readonly fileName: string;
  /** The environment whose entry of `overrides:` applies. */
  readonly env?: string;
  /** Values of the stack's config, merged over the file in this order. */
  readonly overrides?: readonly Override[];
}

export interface LoadResult {
  readonly spec: Spec;
  readonly warnings: readonly Issue[];
}

/**
 * From the text of storm.yml to the Spec, frozen to its depths.
 * @throws SpecError with every error of the file, and nothing else.
 */
export function load(text: string, options: LoadOptions): LoadResult {
  const { spec, issues } = examine(text, options);
  const errors = issues.filter((issue) => issue.severity === "error");
  if (spec === undefined || errors.length > 0) throw new SpecError(errors);
  return { spec, warnings: spec.warnings };
}

/** What `examine` found. */
export interface Examined {
  /** Undefined when there are errors. */
  readonly spec: Spec | undefined;
  /** What a file with errors says of its names and compose files, as far as that is right: enough to go on to those files. */
  readonly composeOnly: Spec | undefined;
  readonly issues: Issue[];
}

/** What compose files are rendered by. */
const OF_COMPOSE = ["name", "Hostname", "compose"];

/** Like `load`, for those who show errors themselves: never throws. */
export function examine(text: string, options: LoadOptions): Examined {
  const parsed = parseYaml(text, options.fileName);
  if (parsed.source === undefined)
    return { spec: undefined, composeOnly: undefined, issues: sortIssues(parsed.issues) };
  const base = emptyAsMapping(parsed.source);
  const whole = resolve(base, options.env, options.overrides ?? []);
  const chosen = validate(whole, parsed.issues);
  // Errors in another environment's values are found now, not when it is first deployed.
  const others = otherEnvironments(base, options.env).flatMap((env) => validate(resolve(base, env, []), []).issues);
  const errors = others.filter((issue) => issue.severity === "error");
  const issues = sortIssues([...chosen.issues, ...errors]);
  if (!issues.some((issue) => issue.severity === "error")) return { spec: chosen.spec, composeOnly: undefined, issues };
  return { spec: undefined, composeOnly: composeOnly(whole), issues };
}

/** The rules of the whole file may be broken, and the file's own values here and there: what is left of these keys is whole again. */
function composeOnly(source: Source): Spec | undefined {
  if (!isMapping(source.value)) return undefined;
  const value = Object.fromEntries(Object.entries(source.value).filter(([key]) => OF_COMPOSE.includes(key)));
  const { source: rest } = checkShape({ ...source, value });
  const { spec, issues } = validate(rest, []);
  return issues.some((issue) => issue.severity === "error") ? undefined : spec;
}

function validate(source: Source, before: readonly Issue[]): { spec: Spec | undefined; issues: Issue[] } {
  const shape = checkShape(source);
  const issues = [...before, ...shape.issues.filter((issue) => !before.some((other) => samePlace(issue, other)))];
  if (shape.file === undefined) return { spec: undefined, issues };
  const { file } = shape;
  const pools = normalizePools(file);
  const draft = { ...file, pools, hosts: normalizeHosts(file.Hosts ?? []), source: shape.source, warnings: [] };
  const { AWS, Azure, DigitalOcean, Local, Hosts, overrides, ...spec } = draft;
  void [AWS, Azure, DigitalOcean, Local, Hosts, overrides];
  const all = [...issues, ...checkRules(spec, issues.length > 0 ? "partial" : "whole")];
  const warnings = sortIssues(all.filter((issue) => issue.severity === "warning"));
  return { spec: deepFreeze({ ...spec, warnings }), issues: all };
}

/** The file with one environment's `overrides` and then the stack config's values merged over it. */
function resolve(base: Source, env: string | undefined, overrides: readonly Override[]): Source {
  const ofFile = env === undefined ? undefined : environmentSource(base, env);
  const over = overrides
    .filter((override) => override.value !== undefined && override.value !== null)
    .map(overrideSource);
  return (ofFile === undefined ? over : [ofFile, ...over]).reduce(mergeSources, base);
}

function environmentSource(base: Source, env: string): Source | undefined {
  const overrides = isMapping(base.value) ? base.value["overrides"] : undefined;
  if (!isMapping(overrides) || !Object.hasOwn(overrides, env) || !isMapping(overrides[env])) return undefined;
  const located = base.located.children?.get("overrides")?.children?.get(env);
  return located === undefined ? undefined : { value: overrides[env], located };
}

function otherEnvironments(base: Source, env: string | undefined): string[] {
  const overrides = isMapping(base.value) ? base.value["overrides"] : undefined;
  if (!isMapping(overrides)) return [];
  return Object.keys(overrides)
    .filter((name) => name !== env)
    .slice(0, MAX_ENVIRONMENTS);
}

/** An empty storm.yml is a cluster with every default. */
function emptyAsMapping(source: Source): Source {
  return source.value === null ? { ...source, value: {} } : source;
}

/** What the parser could not read has no right shape either; once is enough. */
function samePlace({ place: a }: Issue, { place: b }: Issue): boolean {
  return a.line === b.line && a.column === b.column && a.file === b.file;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(item as unknown);
  return value;
}
