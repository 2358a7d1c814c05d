/** What a stack's storm.yml says, as far as rules need it: limits, production, ports, and where everything stands. */
import type { Path, Place } from "../spec/errors";
import { displayPath, placeOf } from "../spec/located";
import { catalog, type MachineProvider } from "../spec/sizes/catalog";
import type { PoolSpec, Spec } from "../spec/spec";
import { text } from "./values";
import type { Resource } from "./rule";
import { tagsOf } from "./tags";

export interface StormFile {
  readonly spec: Spec;
}

/** Package of a resource's type -> provider of machines. */
const PACKAGES: Readonly<Record<string, MachineProvider>> = {
  aws: "aws",
  "azure-native": "azure",
  digitalocean: "digitalocean",
  storm: "local",
};

export function providerOf(type: string): MachineProvider | undefined {
  return PACKAGES[type.split(":")[0] ?? ""];
}

/** The pool that a resource belongs to, by its tag `pool`: the pool's name, or "<site>/<name>". */
export function poolOf(spec: Spec, resource: Resource): PoolSpec | undefined {
  const provider = providerOf(resource.type);
  const tag = text(tagsOf(resource)?.["pool"]);
  const name = tag?.slice(tag.lastIndexOf("/") + 1);
  const pools = spec.pools.filter((pool) => pool.provider === provider);
  const named = pools.filter((pool) => pool.name === name);
  // Two regions may have a pool of the same name.
  return named.find((pool) => tag?.startsWith(`${pool.provider}-${pool.region}/`)) ?? named[0];
}

/** "storm.yml:4:5 AWS/pools/web: " of a resource's pool, else of its provider; "" without a storm.yml. */
export function placeOfResource(storm: StormFile | undefined, resource: Resource): string {
  if (storm === undefined) return "";
  const provider = providerOf(resource.type);
  if (provider === undefined) return "";
  return placed(storm, poolOf(storm.spec, resource)?.path ?? [catalog[provider].key]);
}

function placed({ spec: { source } }: StormFile, path: Path): string {
  return `${where(placeOf(source, path))} ${displayPath(source.value, path)}: `;
}

function where({ file, line, column }: Place): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}
