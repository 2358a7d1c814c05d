/** What a deployment changes of the compose stacks: images, replicas, and by name alone configs, secrets, volumes, variables and other keys. */
import { isDeepStrictEqual } from "node:util";

/** A stack as it is deployed, as far as it is compared: components/compose-stack.ts sends it, load.ts renders it. */
export interface DeployedStack {
  stack: string;
  compose: ComposeFile;
}

interface ComposeFile {
  services?: Record<string, ComposeService>;
  configs?: Record<string, { name?: string }>;
  secrets?: Record<string, { name?: string }>;
  volumes?: Record<string, unknown>;
}

interface ComposeService {
  image?: string;
  environment?: Record<string, unknown>;
  deploy?: { replicas?: number };
  [key: string]: unknown;
}

export interface StackChange {
  stack: string;
  kind: "new" | "gone" | "changed";
  /** "web: image a:1 -> a:2", a line each. */
  lines: string[];
}

/**
 * @param before the stacks that are deployed
 * @param after those of storm.yml
 */
export function stackChanges(before: readonly DeployedStack[], after: readonly DeployedStack[]): StackChange[] {
  const names = [...new Set([...before, ...after].map(({ stack }) => stack))].sort();
  return names.flatMap((stack): StackChange[] => {
    const [old, now] = [before, after].map((stacks) => stacks.find((each) => each.stack === stack)?.compose);
    if (now === undefined) return [{ stack, kind: "gone", lines: [] }];
    const lines = [
      ...eachOf("", facts(old), facts(now)),
      ...settings(old?.services ?? {}, now.services ?? {}),
      ...eachOf("config ", versions(old?.configs), versions(now.configs)),
      ...eachOf("secret ", versions(old?.secrets), versions(now.secrets)).map(withoutHash),
      ...volumes(old?.volumes ?? {}, now.volumes ?? {}),
    ];
    if (old === undefined) return [{ stack, kind: "new", lines }];
    return lines.length === 0 ? [] : [{ stack, kind: "changed", lines }];
  });
}

/** A short secret could be guessed from a hash of it: that it is another one is all that is said. */
function withoutHash(line: string): string {
  const [, secret = "", what = ""] = /^(secret \S+) (.*)$/.exec(line) ?? [];
  return `${secret} ${what.includes(" -> ") ? "has another value" : what === "goes" ? what : "is new"}`;
}

/** Of services that stay: what else changes, by names. Values of variables and commands may be secret. */
function settings(before: Record<string, ComposeService>, after: Record<string, ComposeService>): string[] {
  return Object.keys(after)
    .sort()
    .flatMap((service) => {
      const [old, now] = [before[service], after[service]];
      if (old === undefined || now === undefined) return [];
      const variables = changedKeys(old.environment ?? {}, now.environment ?? {});
      const others = changedKeys(otherKeys(old), otherKeys(now));
      return [
        ...(variables.length > 0 ? [`${service}: variables that change: ${variables.join(", ")}`] : []),
        ...(others.length > 0 ? [`${service}: keys that change: ${others.join(", ")}`] : []),
      ];
    });
}

/** Without what has lines of its own. */
function otherKeys({ deploy, ...rest }: ComposeService): Record<string, unknown> {
  return { ...rest, image: undefined, environment: undefined, deploy: { ...deploy, replicas: undefined } };
}

function changedKeys(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

function volumes(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return changedKeys(before, after).map((volume) => {
    if (!(volume in before)) return `volume ${volume} is new`;
    if (volume in after) return `volume ${volume} has other settings`;
    return `volume ${volume} is no service's any more; what is in it stays on its node`;
  });
}

type Facts = Record<string, string>;

function facts(file: ComposeFile | undefined): Facts {
  const entries = Object.entries(file?.services ?? {}).flatMap(([service, { image, deploy }]): [string, string][] => [
    [`${service}: image`, image ?? "none"],
    [`${service}: replicas`, String(deploy?.replicas ?? 1)],
  ]);
  return Object.fromEntries(entries);
}

/** Their names in Swarm end with a hash of the content. */
function versions(objects: Record<string, { name?: string }> | undefined): Facts {
  return Object.fromEntries(Object.entries(objects ?? {}).map(([key, { name }]) => [key, name ?? key]));
}

function eachOf(what: string, before: Facts, after: Facts): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((key) => {
    const [old, now] = [before[key], after[key]];
    if (old === now) return [];
    return [`${what}${key} ${old === undefined ? now : now === undefined ? "goes" : `${old} -> ${now}`}`];
  });
}

const STACK_COMMAND = /::stack-([^:]+)$/;
/** How the engine writes down what is secret (tools/backend.ts). */
interface Secret {
  plaintext?: string;
}

/**
 * The stacks that a state has deployed.
 * @param resources of a state whose secrets are in plain text: what goes to storm_stack.py is secret as a whole
 * @param own names of the cluster's own stacks, which are left out
 */
export function deployedStacks(
  resources: readonly { urn: string; inputs?: Record<string, unknown> }[],
  own: readonly string[],
): DeployedStack[] {
  return resources.flatMap(({ urn, inputs }) => {
    const [, name] = STACK_COMMAND.exec(urn) ?? [];
    const { plaintext } = (inputs?.["stdin"] ?? {}) as Secret;
    if (name === undefined || own.includes(name) || plaintext === undefined) return [];
    // JSON in JSON: the state's text of a text.
    const { stack, compose } = JSON.parse(String(JSON.parse(plaintext))) as DeployedStack;
    return [{ stack, compose }];
  });
}
