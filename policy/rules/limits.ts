import { errorAt } from "../../spec/error-at";
import { formatIssue, type Path } from "../../spec/errors";
import { exceeded, regionProblem, setsThatApply, sizeNames, sizeProblem, usageOf } from "../../spec/limits";
import type { Limits, LimitSet, Refused, Usage } from "../../spec/limits";
import { locatedWithoutLines, type Source } from "../../spec/located";
import { usage } from "../../spec/rules/limits";
import { limits as limitsSchema } from "../../spec/schema/cluster";
import { catalog } from "../../spec/sizes/catalog";
import { type PlannedMachines, plannedDisks, plannedMachines } from "../machines";
import { placeOf, poolOf } from "../place";
import type { StackResource } from "../resource";
import type { Context } from "../checks";
import type { Finding, StackRule } from "../rule";

/** What messages call the pack's own configuration: it has no lines. */
const CONFIG = "policy configuration";

/** Limits of one origin, each set with its place. */
interface Origin {
  readonly limits: Limits;
  readonly source: Source;
  readonly root: Path;
}

export const limits: StackRule = {
  name: "limits",
  description: "The cluster stays within the limits of storm.yml and of this pack's configuration.",
  enforcement: "mandatory",
  config: limitsSchema,
  checkStack: (resources, context) => {
    const machines = plannedMachines(resources);
    const { all, problems } = origins(context);
    const found = all.flatMap((origin) =>
      setsThatApply(origin.limits).flatMap(({ path, limit }) => [
        ...totals(origin, path, limit, machines, resources, context),
        ...machines.flatMap((each) => ofMachines(origin, path, limit, each, context)),
      ]),
    );
    return [...problems.map((problem) => ({ message: `${CONFIG}: ${problem}` })), ...found];
  },
  checkSpec: (context) => {
    const { spec } = context;
    if (spec === undefined) return [];
    return origins(context).all.flatMap((origin) =>
      setsThatApply(origin.limits).flatMap(({ path, limit }) => amounts(origin, path, limit, usage(spec))),
    );
  },
};

/** The file's limits and the pack's: both hold. The file says for which account and group, unless the pack does. */
function origins({ spec, config }: Context): { all: Origin[]; problems: string[] } {
  const all: Origin[] = spec === undefined ? [] : [{ limits: spec.limits, source: spec.source, root: ["limits"] }];
  const central = limitsSchema.safeParse(config ?? {});
  // A limit that can not be read must not be a limit left out.
  if (!central.success)
    return { all, problems: central.error.issues.map(({ path, message }) => `${path.join("/")}: ${message}`) };
  const { account = spec?.limits.account, group = spec?.limits.group } = central.data;
  const limits = { ...central.data, account, group };
  all.push({ limits, source: { value: config, located: locatedWithoutLines(config, CONFIG) }, root: [] });
  return { all, problems: [...unnamed(limits, "account", "accounts"), ...unnamed(limits, "group", "groups")] };
}

/** Where the pack has limits by account, a stack that names none of them would have none. */
function unnamed(limits: Limits, one: "account" | "group", many: "accounts" | "groups"): string[] {
  const names = Object.keys(limits[many]);
  const name = limits[one];
  if (names.length === 0 || (name !== undefined && names.includes(name))) return [];
  return [`limits/${one} of storm.yml must be one of ${names.join(", ")}, got ${name ?? "nothing"}`];
}

function totals(
  { source, root }: Origin,
  path: Path,
  limit: LimitSet,
  machines: readonly PlannedMachines[],
  resources: readonly StackResource[],
  { spec }: Context,
): Finding[] {
  const used = usageOf(machines, plannedDisks(resources), spec?.hosts.length ?? 0);
  const counted = ["cpus", "memory", "monthlyCost"] as const;
  const strange = counted.some((key) => limit[key] !== undefined)
    ? machines.filter(({ machine, machineType }) => machine === undefined && machineType !== undefined)
    : [];
  return [
    ...amounts({ source, root }, path, limit, used).map((message) => ({ message })),
    // What the catalog does not know must not count as nothing.
    ...strange.map(({ resource, machineType, provider }) => ({
      urn: resource.urn,
      message: `${placeOf(spec, resource)}${resource.name}: the size catalog has no ${catalog[provider].title} type ${machineType}, so that ${[...root, ...path].join("/")} can not be checked`,
    })),
  ];
}

function amounts(
  { source, root }: Pick<Origin, "source" | "root">,
  path: Path,
  limit: LimitSet,
  used: Usage,
): string[] {
  return exceeded(limit, used).map(({ key, message }) =>
    formatIssue(errorAt(source, [...root, ...path, key], message)),
  );
}

function ofMachines(
  { source, root }: Origin,
  path: Path,
  limit: LimitSet,
  { provider, region, machineType, resource }: PlannedMachines,
  { spec }: Context,
): Finding[] {
  const names = machineType === undefined ? undefined : sizeNames(provider, machineType);
  const full = [...root, ...path];
  const problems = [names && sizeProblem(full, limit, names), regionProblem(full, limit, region)].filter(
    (problem): problem is Refused => problem !== undefined,
  );
  const pool = spec && poolOf(spec, resource);
  return problems.map(({ message, allowed }) => {
    const issue =
      spec && pool
        ? errorAt(spec.source, pool.path, `${resource.name}: ${message}`, { allowed })
        : errorAt(source, root, `${resource.name}: ${message}`, { allowed });
    return { urn: resource.urn, message: formatIssue(issue) };
  });
}
