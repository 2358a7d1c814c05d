import { errorAt } from "../../spec/error-at";
import { formatIssue, type Path } from "../../spec/errors";
import { exceeded, type Limits, type LimitSet, setsThatApply, type Refused } from "../../spec/limits";
import { regionProblem, sizeNames, sizeProblem, usageOf } from "../../spec/limits";
import { locatedWithoutLines, type Source } from "../../spec/located";
import { limits as limitsSchema } from "../../spec/schema/cluster";
import { catalog } from "../../spec/sizes/catalog";
import { type PlannedMachines, plannedDisks, plannedMachines } from "../machines";
import type { Context, Finding, StackResource, StackRule } from "../rule";
import { placeOfResource, poolOf } from "../storm-file";

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
    return origins(context).flatMap((origin) =>
      setsThatApply(origin.limits).flatMap(({ path, limit }) => [
        ...totals(origin, path, limit, machines, resources, context),
        ...machines.flatMap((each) => ofMachines(origin, path, limit, each, context)),
      ]),
    );
  },
};

/** The file's limits and the pack's: both hold. The file says for which account and group, unless the pack does. */
function origins({ storm, config }: Context): Origin[] {
  const own: Origin[] = [];
  const ofFile = storm?.spec.limits;
  if (storm !== undefined && ofFile !== undefined)
    own.push({ limits: ofFile, source: storm.spec.source, root: ["limits"] });
  // The engine has checked it against the rule's schema; null stands for what nobody configured.
  const central = limitsSchema.safeParse(config ?? {});
  if (central.success) {
    const { account = ofFile?.account, group = ofFile?.group } = central.data;
    const source = { value: config, located: locatedWithoutLines(config, CONFIG) };
    own.push({ limits: { ...central.data, account, group }, source, root: [] });
  }
  return own;
}

function totals(
  { source, root }: Origin,
  path: Path,
  limit: LimitSet,
  machines: readonly PlannedMachines[],
  resources: readonly StackResource[],
  { storm }: Context,
): Finding[] {
  const used = usageOf(machines, plannedDisks(resources), storm?.spec.hosts.length ?? 0);
  const counted = ["cpus", "memory", "monthlyCost"] as const;
  const strange = counted.some((key) => limit[key] !== undefined)
    ? machines.filter(({ machine, machineType }) => machine === undefined && machineType !== undefined)
    : [];
  return [
    ...exceeded(limit, used).map(({ key, message }) => ({
      message: formatIssue(errorAt(source, [...root, ...path, key], message)),
    })),
    // What the catalog does not know must not count as nothing.
    ...strange.map(({ resource, machineType, provider }) => ({
      urn: resource.urn,
      message: `${placeOfResource(storm, resource)}${resource.name}: the size catalog has no ${catalog[provider].title} type ${machineType}, so that ${[...root, ...path].join("/")} can not be checked`,
    })),
  ];
}

function ofMachines(
  { source, root }: Origin,
  path: Path,
  limit: LimitSet,
  { provider, region, machineType, resource }: PlannedMachines,
  { storm }: Context,
): Finding[] {
  const names = machineType === undefined ? undefined : sizeNames(provider, machineType);
  const full = [...root, ...path];
  const problems = [names && sizeProblem(full, limit, names), regionProblem(full, limit, region)].filter(
    (problem): problem is Refused => problem !== undefined,
  );
  const pool = storm && poolOf(storm.spec, resource);
  return problems.map(({ message, allowed }) => {
    const issue =
      storm && pool
        ? errorAt(storm.spec.source, pool.path, `${resource.name}: ${message}`, { allowed })
        : errorAt(source, root, `${resource.name}: ${message}`, { allowed });
    return { urn: resource.urn, message: formatIssue(issue) };
  });
}
