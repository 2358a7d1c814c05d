import { dollars, facts, limitSentence } from "../../plan/compare";
import { cents } from "../../spec/sizes/price";
import { type Change, type EngineChanges, GROUPS } from "./engine-changes";
import { changesNothing, type PreviewReport } from "./report";

/** A heading and what is below it, a line each: the one content of all forms for people. */
export interface Section {
  title: string;
  lines: string[];
  /** Long, and rarely read whole. */
  long?: boolean;
}

/** Of one group at most so many resources are named. */
const MAX_NAMED = 100;

/** What is to be said, the most important first; sections without lines are left out. */
export function sections(report: PreviewReport): Section[] {
  const { refused, nodes, cost, limits, stacks, addresses, changes, survives, warnings } = report;
  const all: Section[] = [
    { title: "Refused", lines: refused },
    { title: "What would be lost", lines: lossLines(report) },
    {
      title: "Nodes",
      lines: [
        ...nodes.added.map((node) => `new: ${node.name} (${facts(node)})`),
        ...nodes.changed.map(({ before, after }) => `${after.name}: ${facts(before)} -> ${facts(after)}`),
        ...nodes.removed.map((node) => `goes: ${node.name} (${facts(node)})`),
      ],
    },
    { title: "Price a month", lines: cost === undefined ? [] : priceLines(cost) },
    { title: "Limits", lines: limits.map(limitSentence) },
    { title: "What it survives", lines: survivesLines(survives) },
    {
      title: "Compose stacks",
      lines: stacks.flatMap(({ stack, kind, lines }) => [
        `${stack}${kind === "changed" ? "" : ` (${kind})`}${lines.length === 0 ? "" : ":"}`,
        ...lines.map((line) => `  ${line}`),
      ]),
    },
    {
      title: "Addresses",
      lines: addresses.map(({ service, before, after }) =>
        before === undefined ? `new: ${service} at ${after}` : `${service}: ${before} -> ${after ?? "none"}`,
      ),
    },
    {
      title: "Protection",
      lines: (changes?.protection.gained ?? []).map((name) => `${name}: from then on no destroy takes it away`),
    },
    { title: "Policies", lines: policyLines(report) },
    ...(changes === undefined ? [] : resourceSections(changes)),
    { title: "Warnings", lines: warnings },
  ];
  return all.filter(({ lines }) => lines.length > 0);
}

function priceLines({ before, after, atMost }: NonNullable<PreviewReport["cost"]>): string[] {
  const most = atMost > after ? `, at most ${dollars(atMost)}` : "";
  if (before === undefined) return [`${dollars(after)}${most}`];
  const change = cents(after - before);
  const sign = change < 0 ? "-" : "+";
  return change === 0
    ? [`${dollars(after)}${most}, as now`]
    : [`${dollars(before)} -> ${dollars(after)} (${sign}${dollars(Math.abs(change))})${most}`];
}

/** Said when it is new or another one. */
function survivesLines(survives: PreviewReport["survives"]): string[] {
  if (survives === undefined || survives.before === survives.after) return [];
  const { before, after } = survives;
  return before === undefined ? [after] : [`now: ${before}`, `then: ${after}`];
}

/** That nothing is lost is said, too: whoever approves a change looks for it. */
function lossLines(report: PreviewReport): string[] {
  const { lost, changes, refused } = report;
  if (lost.length > 0 || changes === undefined || refused.length > 0 || changesNothing(report)) return lost;
  return ["nothing: no manager, volume, disk, elastic pool, zone, stack or address goes"];
}

function policyLines({ changes, checked }: PreviewReport): string[] {
  const found = (changes?.policies ?? []).map(policyLine);
  return found.length === 0 && checked && changes?.errors.length === 0 ? ["no violation"] : found;
}

function policyLine({ policy, level, message, resource }: EngineChanges["policies"][number]): string {
  return `${level === "mandatory" ? "violated" : "warning"}: ${policy}${resource === "" ? "" : ` (${resource})`}: ${message}`;
}

function resourceSections(changes: EngineChanges): Section[] {
  return GROUPS.map((group) => {
    const found = changes[group];
    const named = found.filter(({ title }) => title !== undefined);
    const keys = found.length - named.length;
    const lines = [
      ...named.slice(0, MAX_NAMED).map((change) => resourceLine(change, group)),
      ...(named.length > MAX_NAMED ? [`... and ${named.length - MAX_NAMED} more`] : []),
      ...(keys > 0 ? [`Keys and certificates (${keys})`] : []),
    ];
    return { title: `${group.charAt(0).toUpperCase()}${group.slice(1)} (${found.length})`, lines, long: true };
  });
}

function resourceLine({ title, name, type, because }: Change, group: (typeof GROUPS)[number]): string {
  const kind = type.startsWith("command:") && group === "updated" ? "command, runs again" : type;
  return `${title ?? name} (${kind})${because.length === 0 ? "" : `: ${because.join(", ")}`}`;
}
