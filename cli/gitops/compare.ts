import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { Loaded } from "../../load";
import type { Output } from "../../tools/report";
import type { StackConfig } from "../config";
import { isComponent, partsOf } from "../describe";
import { lineDiff } from "../line-diff";
import type { Watch } from "../objector";
import type { PreviewReport } from "../preview/report";
import { text } from "../preview/text";
import { DIGESTED, digestsOf } from "./digests";
import type { PreviewRecord } from "./record";

/** A preview, as it is recorded and compared. */
export interface Shown {
  report: PreviewReport;
  events: readonly EngineEvent[];
  loaded: Loaded;
  config: StackConfig;
}

const NO_COLOUR: Output = { colour: false, write: () => undefined };
/** Warnings change by themselves, for some of them are of the day: a certificate's end, the age of prices. */
const NOT_COMPARED = ["Warnings"];
/** What changes nothing. */
const HARMLESS: readonly OpType[] = ["same", "read", "read-replacement", "refresh"];

export function recordOf(shown: Shown, { key, sealed }: { key: Buffer; sealed: string }): PreviewRecord {
  const { stack } = shown.report;
  return {
    schemaVersion: 1,
    stack,
    said: linesOf(shown.report),
    steps: stepsOf(shown.events),
    key: sealed,
    digests: digestsOf(shown, key),
  };
}

/** What would happen now and was not previewed, or the other way round, for people; "" when it is the same. */
export function difference(record: PreviewRecord, shown: Shown, key: Buffer): string {
  const [said, now] = [record.said.join("\n"), linesOf(shown.report).join("\n")];
  const steps = differingSteps(record.steps, stepsOf(shown.events));
  const digests: Readonly<Record<string, string>> = digestsOf(shown, key);
  const others = Object.entries(DIGESTED).flatMap(([name, words]) =>
    digests[name] === record.digests[name] ? [] : [`${words} changed, in what no preview shows\n`],
  );
  return [said === now ? "" : lineDiff(said, now), steps, ...others].join("");
}

/** For the deployment itself: objects to each step that the record does not have. The engine tells of a step as it begins it. */
export function only(record: PreviewRecord): Watch {
  const planned = new Map<string, string[]>();
  for (const step of record.steps) {
    const [op = "", urn = ""] = split(step);
    planned.set(urn, [...(planned.get(urn) ?? []), op]);
  }
  return ({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return undefined;
    const { op, urn, type } = resourcePreEvent.metadata;
    if (HARMLESS.includes(op) || isComponent(type) || allows(planned.get(urn) ?? [], op)) return undefined;
    return `${op} of ${partsOf(urn).name} (${type}) was begun and was not previewed`;
  };
}

/** What was to be made anew may turn out to need less. */
function allows(planned: readonly string[], op: OpType): boolean {
  return planned.includes(op) || (op === "update" && planned.some((each) => each === "replace" || each === "create"));
}

function linesOf(report: PreviewReport): string[] {
  return text(report, NO_COLOUR, NOT_COMPARED).trimEnd().split("\n");
}

/** Those that change something, each once; the engine's order depends on what is ready first. */
function stepsOf(events: readonly EngineEvent[]): string[] {
  const steps = events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return [];
    const { op, urn } = resourcePreEvent.metadata;
    return HARMLESS.includes(op) ? [] : [`${op} ${urn}`];
  });
  return [...new Set(steps)].sort();
}

function split(step: string): [op: string, urn: string] {
  const at = step.indexOf(" ");
  return [step.slice(0, at), step.slice(at + 1)];
}

function differingSteps(before: readonly string[], now: readonly string[]): string {
  const words = (step: string) => {
    const [op, urn] = split(step);
    const { name, type } = partsOf(urn);
    return `${op} ${name} (${type})`;
  };
  const gone = before.filter((step) => !now.includes(step)).map((step) => `- ${words(step)}\n`);
  const come = now.filter((step) => !before.includes(step)).map((step) => `+ ${words(step)}\n`);
  return [...gone, ...come].join("");
}
