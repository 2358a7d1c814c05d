import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import type { Spec } from "../spec";

/** `production: true` refuses what is only for trying out; storage settings fit together. */
export function checkProduction(spec: Spec): Issue[] {
  return [...checkLocal(spec), ...checkRegistry(spec)];
}

function checkLocal(spec: Spec): Issue[] {
  if (!spec.production || !spec.pools.some((pool) => pool.provider === "local")) return [];
  const message = "must be false with Local nodes: they are containers on one machine, and all go with it";
  return [errorAt(spec.source, ["production"], message)];
}

function checkRegistry(spec: Spec): Issue[] {
  const { storage, bucket, region } = spec.registry;
  if (storage !== "filesystem") return [];
  return [
    ...(bucket === undefined
      ? []
      : [errorAt(spec.source, ["registry", "bucket"], "is for storage s3, spaces or azure; storage is filesystem")]),
    ...(region === undefined
      ? []
      : [errorAt(spec.source, ["registry", "region"], "is for storage s3, spaces or azure; storage is filesystem")]),
  ];
}
