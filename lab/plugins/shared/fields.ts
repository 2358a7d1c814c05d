/** Declarations of a resource's inputs: one table gives type checks, defaults, secrecy and what a change leads to. */
import { Asset, Secret, Unknown, secret, type Value, type ValueMap } from "./values";

export interface Field {
  readonly type:
    "string" | "number" | "integer" | "boolean" | "list" | "strings" | "stringMap" | "object" | "objects" | "asset";
  readonly required?: boolean;
  readonly secret?: boolean;
  /** What a change of this input leads to; an update when left out. */
  readonly change?: "replace" | "ignore";
  readonly default?: Value;
  readonly min?: number;
  /** Allowed values, of the string or of each string in the list. */
  readonly oneOf?: readonly string[];
  /** Members of an object, or of each object in the list. */
  readonly fields?: Fields;
}
export interface Fields {
  readonly [name: string]: Field;
}
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}
export interface Checked {
  readonly inputs: ValueMap;
  readonly failures: CheckFailure[];
}

/**
 * Checks inputs against their declaration, fills in defaults and marks secrets.
 * Reasons never repeat a value, which may be secret; they name the path and what is allowed.
 */
export function checkFields(fields: Fields, given: ValueMap, path = ""): Checked {
  const failures: CheckFailure[] = [];
  const inputs: ValueMap = {};
  for (const [name, value] of Object.entries(given)) {
    // What the SDK says of itself; but some inputs are called so, too.
    if (name.startsWith("__") || (name === "version" && !fields["version"]) || value === null) {
      continue;
    }
    const field = fields[name];
    if (!field) {
      failures.push({ property: path + name, reason: `unknown property; known are ${Object.keys(fields).join(", ")}` });
      continue;
    }
    const checked = checkValue(field, value, path + name);
    failures.push(...checked.failures);
    inputs[name] = field.secret ? secret(checked.value) : checked.value;
  }
  for (const [name, field] of Object.entries(fields)) {
    if (inputs[name] === undefined && field.default !== undefined) {
      inputs[name] = field.default;
    } else if (inputs[name] === undefined && field.required) {
      failures.push({ property: path + name, reason: "missing required property" });
    }
  }
  return { inputs, failures };
}

function checkValue(field: Field, value: Value, path: string): { value: Value; failures: CheckFailure[] } {
  if (value instanceof Secret) {
    const inner = checkValue(field, value.value, path);
    return { value: new Secret(inner.value), failures: inner.failures };
  }
  if (value instanceof Unknown) {
    return { value, failures: [] };
  }
  if (field.type === "object" && isMap(value)) {
    const { inputs, failures } = checkFields(field.fields ?? {}, value, `${path}.`);
    return { value: inputs, failures };
  }
  if (field.type === "objects" && Array.isArray(value)) {
    const items = value.map((item, index) => checkValue({ ...field, type: "object" }, item, `${path}[${index}]`));
    return { value: items.map((item) => item.value), failures: items.flatMap((item) => item.failures) };
  }
  const reason = fault(field, value);
  return { value, failures: reason ? [{ property: path, reason }] : [] };
}

function fault(field: Field, value: Value): string | undefined {
  switch (field.type) {
    case "string":
      return typeof value === "string" ? notAllowed(field, [value]) : "must be a string";
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "number":
    case "integer":
      if (typeof value !== "number" || (field.type === "integer" && !Number.isInteger(value))) {
        return `must be ${field.type === "integer" ? "an integer" : "a number"}`;
      }
      return field.min !== undefined && value < field.min ? `must be at least ${field.min}, got ${value}` : undefined;
    case "list":
      return Array.isArray(value) ? undefined : "must be a list";
    case "strings":
      return Array.isArray(value) && value.every(isText)
        ? notAllowed(
            field,
            value.filter((item): item is string => typeof item === "string"),
          )
        : "must be a list of strings";
    case "stringMap":
      return isMap(value) && Object.values(value).every(isText) ? undefined : "must be a map of strings";
    case "asset":
      return value instanceof Asset ? undefined : "must be an asset or an archive";
    case "object":
      return "must be an object";
    case "objects":
      return "must be a list of objects";
  }
}

function notAllowed(field: Field, values: readonly string[]): string | undefined {
  const wrong = field.oneOf && values.find((value) => !field.oneOf?.includes(value));
  return wrong === undefined ? undefined : `must be one of ${field.oneOf?.join(", ")}, got ${JSON.stringify(wrong)}`;
}

function isText(value: Value): boolean {
  const bare = value instanceof Secret ? value.value : value;
  return typeof bare === "string" || bare instanceof Unknown;
}

/** Whether the value is a plain object. */
export function isMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret || value instanceof Unknown || value instanceof Asset)
  );
}
