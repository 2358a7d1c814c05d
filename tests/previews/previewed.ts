/** What an operation of the engine shows, as tests look at it. */
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

/** A resource as the engine plans it. Secrets read "[secret]", what is not known yet a UUID of the engine's. */
export interface Planned {
  urn: string;
  type: string;
  name: string;
  /** create, same, update, replace, delete, ... */
  op: string;
  inputs: Record<string, unknown>;
  /** Properties whose change makes it anew. */
  replaces: string[];
}

export interface Previewed {
  resources: Planned[];
  changes: Record<string, number>;
  /** Warnings and errors, as the user gets to read them. */
  messages: string[];
  /** What the engine did, in its order: "delete-replaced Instance web-1", and the same with "done: " when it had. */
  steps: string[];
  /** Of the policy packs. */
  violations: { policy: string; message: string; urn: string }[];
}

export function nothing(): Previewed {
  return { resources: [], changes: {}, messages: [], steps: [], violations: [] };
}

/** Adds what one of the engine's events tells. */
export function note(seen: Previewed, event: EngineEvent): void {
  const { resourcePreEvent, resOutputsEvent, summaryEvent, diagnosticEvent, policyEvent } = event;
  if (resOutputsEvent) seen.steps.push(`done: ${stepOf(resOutputsEvent.metadata)}`);
  if (summaryEvent) Object.assign(seen.changes, summaryEvent.resourceChanges);
  if (diagnosticEvent && ["warning", "error"].includes(diagnosticEvent.severity))
    seen.messages.push(diagnosticEvent.message.trim());
  if (policyEvent)
    seen.violations.push({
      policy: policyEvent.policyName,
      message: policyEvent.message,
      urn: policyEvent.resourceUrn ?? "",
    });
  if (!resourcePreEvent) return;
  const { urn, type, op, new: planned, keys } = resourcePreEvent.metadata;
  const name = nameOf(urn);
  seen.steps.push(stepOf(resourcePreEvent.metadata));
  seen.resources.push({ urn, type, name, op, inputs: planned?.inputs ?? {}, replaces: keys ?? [] });
}

function stepOf({ op, type, urn }: StepEventMetadata): string {
  return `${op} ${type.split(":").at(-1)} ${nameOf(urn)}`;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
