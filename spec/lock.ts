import { errorAt, found } from "./error-at";
import type { Issue, Path } from "./errors";
import { SpecError } from "./errors";
import type { Source } from "./located";
import { isMapping } from "./located";
import { parseYaml } from "./parse";

/** storm.lock: what exactly runs, where storm.yml and compose files say it by a name that moves. */
export interface Lock {
  /** Machine image by "<provider>/<region>/<architecture>", e.g. "aws/eu-west-1/amd64": as the provider names it. */
  readonly images: Readonly<Record<string, string>>;
  /** Digest ("sha256:...") by the image's reference as compose files write it, e.g. "traefik:v3.6.0". */
  readonly containers: Readonly<Record<string, string>>;
}

export const LOCK_FILE = "storm.lock";
const VERSION = 1;
const KEYS = ["version", "images", "containers"];
const PLACE = /^[a-z]+\/[a-z0-9-]+\/(amd64|arm64)$/;
/** AWS: ami-..., Azure: publisher:offer:sku:version or a resource id, DigitalOcean: a number; a slug names what its publisher moves. */
const MACHINE_IMAGE = /^[\w.:/-]{1,300}$/;
const REFERENCE = /^[a-z0-9][\w.:/-]{0,299}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * From the text of storm.lock.
 * @throws SpecError with everything that is wrong in it.
 */
export function parseLock(text: string, fileName: string = LOCK_FILE): Lock {
  const { source, issues } = parseYaml(text, fileName);
  const all = source === undefined ? issues : [...issues, ...check(source)];
  if (all.length > 0 || source === undefined) throw new SpecError(all);
  const { images = {}, containers = {} } = source.value as Partial<Lock>; // check has seen to it
  return { images, containers };
}

/** The text of a lock: sorted, so that a diff shows what changed and nothing else. */
export function formatLock(lock: Lock): string {
  const section = (name: "images" | "containers"): string[] => {
    const entries = Object.entries(lock[name]).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) return [`${name}: {}`];
    return [`${name}:`, ...entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)];
  };
  const head = "# Written by `npx storm lock`; commit it. What is pinned here changes by that command alone.";
  return [head, `version: ${VERSION}`, ...section("images"), ...section("containers"), ""].join("\n");
}

function check(source: Source): Issue[] {
  const { value } = source;
  const at = (path: Path, message: string, words?: Partial<Issue>) => errorAt(source, path, message, words);
  if (!isMapping(value)) return [at([], `must be a mapping of ${KEYS.join(", ")}, got ${found(value)}`)];
  return [
    ...Object.keys(value)
      .filter((key) => !KEYS.includes(key))
      .map((key) => at([key], "unknown key", { allowed: KEYS })),
    ...(value["version"] === VERSION ? [] : [at(["version"], `must be ${VERSION}, got ${found(value["version"])}`)]),
    ...entries(source, "images", PLACE, "<provider>/<region>/<amd64 or arm64>", MACHINE_IMAGE, "a machine image's id"),
    ...entries(source, "containers", REFERENCE, "an image's reference without digest", DIGEST, "sha256: and 64 digits"),
  ];
}

function entries(source: Source, name: string, key: RegExp, keyWords: string, text: RegExp, words: string): Issue[] {
  const section = (source.value as Record<string, unknown>)[name]; // check has seen that it is a mapping
  if (section === undefined || section === null) return [];
  if (!isMapping(section)) return [errorAt(source, [name], `must be a mapping, got ${found(section)}`)];
  return Object.entries(section).flatMap(([entry, value]) => [
    ...(key.test(entry) ? [] : [errorAt(source, [name, entry], `the key must be ${keyWords}`)]),
    ...(typeof value === "string" && text.test(value)
      ? []
      : [errorAt(source, [name, entry], `must be ${words}, got ${found(value)}`)]),
  ]);
}
