/** Reads the plain JSON of resources; what is not there, or of another kind, is empty. */
import type { CloudResource } from "../resources";

type Step = string | number;

export function at(value: unknown, ...steps: Step[]): unknown {
  return steps.reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), value);
}

export function textAt(value: unknown, ...steps: Step[]): string {
  const found = at(value, ...steps);
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

/** Numbers that come as text count. */
export function numberAt(value: unknown, ...steps: Step[]): number | undefined {
  const text = textAt(value, ...steps);
  return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

export function listAt(value: unknown, ...steps: Step[]): unknown[] {
  const found = at(value, ...steps);
  return Array.isArray(found) ? found : [];
}

export function textsAt(value: unknown, ...steps: Step[]): string[] {
  return listAt(value, ...steps).map((item) => textAt(item));
}

function isObject(value: unknown): value is Record<Step, unknown> {
  return typeof value === "object" && value !== null;
}

/** The resources of one cloud, by type and id. */
export class Found {
  private readonly own: CloudResource[];

  constructor(all: readonly CloudResource[], cloud: CloudResource["cloud"]) {
    this.own = all.filter((each) => each.cloud === cloud);
  }

  /** @param type e.g. "aws:ec2/vpc:Vpc" */
  all(type: string): CloudResource[] {
    return this.own.filter((each) => each.type === type);
  }

  one(type: string, id: string): CloudResource | undefined {
    return this.own.find((each) => each.type === type && each.id === id);
  }
}
