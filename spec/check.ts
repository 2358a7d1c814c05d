import type { Issue, Path } from "./errors";
import type { Located, Source } from "./located";
import { isMapping } from "./located";
import { stormFile, type StormFile } from "./schema";
import { translate, zodHook } from "./translate";

/** Taking a wrong value out can leave something around it wrong, e.g. a list empty. */
const MAX_ROUNDS = 4;
/** More errors than this have one cause, and reporting each takes long. */
const MAX_ERRORS = 500;

export interface ShapeResult {
  /** Undefined when nothing sensible is left. */
  readonly file: StormFile | undefined;
  readonly issues: Issue[];
  /** `source`, or what is left of it without the wrong values. */
  readonly source: Source;
}

/**
 * Checks the shape of a storm.yml against the schema. Every error is found, not only the first. What is right is
 * returned as well, so that the rules across fields can be checked in the same go.
 */
export function checkShape(source: Source): ShapeResult {
  let rest = source;
  let issues: Issue[] | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = stormFile.safeParse(rest.value, { error: zodHook });
    if (result.success) return { file: result.data, issues: issues ?? [], source: rest };
    const wrong = result.error.issues.slice(0, MAX_ERRORS).flatMap((issue) => translate(rest, issue, []));
    issues ??= wrong.map((shape) => shape.issue);
    const paths = wrong.map((shape) => shape.path);
    if (wrong.length >= MAX_ERRORS || paths.some((path) => path.length === 0)) break;
    rest = without(rest, paths);
  }
  return { file: undefined, issues: issues ?? [], source: rest };
}

/** The source without the values at `paths`. */
function without(source: Source, paths: readonly Path[]): Source {
  const gone = new Set(paths.filter((path) => path.length === 1).map(([segment]) => segment));
  const deeper = new Map<string | number, Path[]>();
  for (const [first, ...rest] of paths) {
    if (first !== undefined && rest.length > 0) deeper.set(first, [...(deeper.get(first) ?? []), rest]);
  }
  const keep = <Key extends string | number>(key: Key, value: unknown): [Key, Source][] => {
    const child: Source = { value, located: source.located.children?.get(key) ?? source.located };
    return gone.has(key) ? [] : [[key, without(child, deeper.get(key) ?? [])]];
  };
  if (paths.length === 0) return source;
  if (Array.isArray(source.value)) {
    const items = source.value.flatMap((item: unknown, index) => keep(index, item)).map(([, item]) => item);
    return rebuilt(
      source,
      items.map((item) => item.value),
      items.map((item, index) => [index, item.located]),
    );
  }
  if (!isMapping(source.value)) return source;
  const entries = Object.entries(source.value).flatMap(([key, value]) => keep(key, value));
  return rebuilt(
    source,
    Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    entries.map(([key, item]) => [key, item.located]),
  );
}

function rebuilt(source: Source, value: unknown, children: [string | number, Located][]): Source {
  return { value, located: { ...source.located, children: new Map(children) } };
}
