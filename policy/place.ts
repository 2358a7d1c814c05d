/** Where in storm.yml a planned resource comes from. */
import type { Place } from "../spec/errors";
import { displayPath, placeOf as placeOfPath, valueAt } from "../spec/located";
import { catalog } from "../spec/sizes/catalog";
import type { PoolSpec, Spec } from "../spec/spec";
import { providerOf } from "./providers";
import { text } from "./values";
import type { Resource } from "./resource";
import { tagsOf } from "./tags";

/** The pool that a resource belongs to, by its tag `pool`: the pool's name, alone or after its site or cluster and "/" or ":". */
export function poolOf(spec: Spec, resource: Resource): PoolSpec | undefined {
  const name = text(tagsOf(resource)?.["pool"])?.split(/[/:]/).pop();
  return spec.pools.find((pool) => pool.provider === providerOf(resource.type) && pool.name === name);
}

/**
 * "storm.yml:4:5 AWS/pools/web: ", the place that a resource comes from: its pool, else the key it serves, else its provider.
 * "" where storm.yml has none of them.
 */
export function placeOf(spec: Spec | undefined, resource: Resource): string {
  if (spec === undefined) return "";
  const { source } = spec;
  const pool = poolOf(spec, resource);
  const keys = [...SERVED.filter(([types]) => types.test(resource.type)).map(([, key]) => key), keyOf(resource)];
  const path = pool?.path ?? keys.map((key) => [key]).find((each) => valueAt(source.value, each) !== undefined);
  return path === undefined ? "" : `${where(placeOfPath(source, path))} ${displayPath(source.value, path)}: `;
}

/** Types of resources, and the key of storm.yml that they are there for. */
const SERVED: readonly [types: RegExp, key: string][] = [
  [/^aws:route53\/|^azure-native:(dns|trafficmanager):|^digitalocean:index\/(domain|dnsRecord):/, "dns"],
  [/^aws:s3\/|^azure-native:storage:|^digitalocean:index\/spaces/, "registry"],
];

function keyOf({ type }: Resource): string {
  const provider = providerOf(type);
  return provider === undefined ? "" : catalog[provider].key;
}

function where({ file, line, column }: Place): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}
