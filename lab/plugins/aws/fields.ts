/** Shorthand for the tables of input fields. */
import type { Field, Fields } from "../shared/fields";

export const str: Field = { type: "string" };
export const num: Field = { type: "number" };
export const int: Field = { type: "integer" };
export const bool: Field = { type: "boolean" };
export const strs: Field = { type: "strings" };
export const tags: Field = { type: "stringMap" };

export function required(field: Field): Field {
  return { ...field, required: true };
}

/** A change of it makes the resource anew. */
export function fixed(field: Field): Field {
  return { ...field, change: "replace" };
}

export function words(...oneOf: string[]): Field {
  return { type: "string", oneOf };
}

export function object(fields: Fields): Field {
  return { type: "object", fields };
}

export function objects(fields: Fields): Field {
  return { type: "objects", fields };
}
