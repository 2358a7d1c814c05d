import { EnvFileError, parseEnvFile } from "./env-file";
import type { Field } from "./fields";
import type { RenderInput } from "./types";

/** `env_file:` and `environment:` together, the latter winning; names without a value take it from `.env`, never from the shell. */
export function readEnvironment(
  files: Field | undefined,
  environment: Field | undefined,
  input: RenderInput,
): Record<string, string> {
  const result: Record<string, string> = {};
  if (files !== undefined)
    for (const file of files.node.kind === "list" ? files.items() : [files])
      Object.assign(result, readFile(file, input));
  for (const [name, value, field] of environment?.pairs() ?? []) {
    const known = value ?? valueOf(field, name, input);
    if (known !== undefined) result[name] = known;
  }
  return result;
}

/** In a map, `NAME: ""` is an empty text, `NAME:` a name without a value. */
function valueOf(field: Field, name: string, input: RenderInput): string | undefined {
  const value = fromEnv(field, name, input);
  if (value !== undefined) return value;
  field.warn(`variable ${name} has no value here or in .env; it is left out`);
  return undefined;
}

/** A variable of `.env` that is asked for by its name alone. */
export function fromEnv(field: Field, name: string, input: RenderInput): string | undefined {
  const value = Object.hasOwn(input.env, name) ? input.env[name] : undefined;
  if (value !== undefined) field.hide(name, value);
  return value;
}

function readFile(field: Field, input: RenderInput): Record<string, string> {
  const long = field.node.kind === "map" ? field.object(["path", "required", "format"]) : undefined;
  const path = long === undefined ? field.text() : long.get("path")?.text();
  if (path === undefined) return {};
  const text = input.readFile(path);
  if (text === undefined) {
    if (long?.get("required")?.boolean() !== false) field.error(`there is no file "${path}" beside the compose file`);
    return {};
  }
  try {
    const values = parseEnvFile(text, input.env);
    for (const [name, value] of Object.entries(values)) field.hide(name, value);
    return values;
  } catch (error) {
    if (error instanceof EnvFileError) return field.error(`line ${error.line} of ${path}: ${error.message}`) ?? {};
    throw error;
  }
}
