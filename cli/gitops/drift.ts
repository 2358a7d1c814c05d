import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, isComponent, partsOf, shortType } from "../describe";
import { reasons } from "../preview/engine-changes";
import { block, page } from "../preview/markdown";
import { changesNothing, countsOf, type PreviewReport } from "../preview/report";
import { type Section, sections } from "../preview/sections";

/** A resource that is not as it was deployed. */
export interface Drifted {
  /** "Node web-1 (aws:ec2:Instance)" */
  title: string;
  /** Names of the properties that are others; undefined: it is gone. */
  properties: string[] | undefined;
}

export interface DriftReport {
  schemaVersion: 1;
  stack: string;
  drifted: Drifted[];
  /** What a deployment would do, after a look at what is there. */
  deployment: PreviewReport;
}

/** From the events of a comparison. */
export function driftedIn(events: readonly EngineEvent[]): Drifted[] {
  const found = events.flatMap(({ resOutputsEvent }): Drifted[] => {
    if (resOutputsEvent === undefined) return [];
    const { metadata } = resOutputsEvent;
    const { op, urn, type } = metadata;
    if (isComponent(type) || (op !== "update" && op !== "delete")) return [];
    const short = shortType(type);
    const { name } = partsOf(urn);
    const title = `${describe(short, name) ?? name} (${short})`;
    return [{ title, properties: op === "delete" ? undefined : reasons(metadata) }];
  });
  return found.sort((a, b) => (a.title < b.title ? -1 : 1));
}

/** Whether all is as storm.yml says, and as it was deployed. */
export function isAsDeployed({ drifted, deployment }: DriftReport): boolean {
  return drifted.length === 0 && changesNothing(deployment);
}

/** For an issue, or a pipeline's summary. */
export function driftMarkdown(report: DriftReport): string {
  const { stack, drifted, deployment } = report;
  const head = [`## storm drift: \`${stack}\``, ""];
  if (isAsDeployed(report)) return page([...head, "Everything is as it was deployed, and as storm.yml says."], "");
  const lines = [
    ...head,
    drifted.length === 0 ? "Everything is as it was deployed." : `**${drifted.length} not as deployed**`,
    "",
    ...driftSections(drifted).flatMap(block),
    "## What a deployment would do",
    "",
    ...verdict(deployment),
    ...sections(deployment).flatMap(block),
  ];
  return page(lines, `storm ci drift ${stack}`);
}

function driftSections(drifted: readonly Drifted[]): Section[] {
  const gone = drifted.filter(({ properties }) => properties === undefined).map(({ title }) => title);
  const changed = drifted.flatMap(({ title, properties }) =>
    properties === undefined ? [] : [`${title}${properties.length === 0 ? "" : `: ${properties.join(", ")}`}`],
  );
  const all = [
    { title: "Gone", lines: gone },
    { title: "Changed by others", lines: changed },
  ];
  return all.filter(({ lines }) => lines.length > 0);
}

function verdict(report: PreviewReport): string[] {
  if (report.refused.length > 0) return ["**It would be refused.**", ""];
  if (changesNothing(report)) return ["Nothing: what changed is nothing that storm.yml decides.", ""];
  return report.changes === undefined ? [] : [`**${countsOf(report.changes)}**`, ""];
}
