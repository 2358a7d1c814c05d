import { createHash } from "node:crypto";
import type { Field } from "./fields";
import type { ContentObject, Json, JsonObject, RenderInput } from "./types";

/** Swarm's limits for both. */
export const MAX_BYTES = 500_000;
export const MAX_NAME = 64;
const KEYS = ["file", "content", "environment", "external", "name", "labels", "template_driver"];

/** The configs or the secrets of a stack: what to create, and what the stack file says of them. */
export interface ContentObjects {
  /** Names that services may use. */
  keys: string[];
  /** For the stack file: all external, so that it holds no content. */
  declared: JsonObject;
  create: ContentObject[];
}

/**
 * Top-level `configs:` and `secrets:`. Swarm cannot change one in place, so the name holds a hash of the content: a changed file is
 * a new object, its services roll to it, and a rollback finds the old one.
 */
export function readContents(
  section: Field | undefined,
  kind: "config" | "secret",
  input: RenderInput,
): ContentObjects {
  const result: ContentObjects = { keys: [], declared: {}, create: [] };
  for (const [key, field] of section?.entries() ?? []) {
    result.keys.push(key);
    const fields = field.object(KEYS);
    const external = readExternal(fields.get("external"));
    if (external !== undefined) {
      result.declared[key] = { external: true, name: fields.get("name")?.text() ?? (external === "" ? key : external) };
      continue;
    }
    const content = readContent(field, fields, input);
    if (content === undefined) continue;
    if (Buffer.byteLength(content) > MAX_BYTES) {
      field.error(
        `may have ${MAX_BYTES} bytes in Swarm, has ${Buffer.byteLength(content)}; put it into the image or on a volume`,
      );
    }
    if (content === "" && kind === "secret") field.error("is empty, which Swarm refuses");
    fields.get("name")?.warn("the name in Swarm ends with a hash of the content, so that a change rolls the services");
    const templateDriver = fields.get("template_driver")?.oneOf(["golang"] as const);
    const name = contentName(input.stackName, fields.get("name")?.text() ?? key, content, templateDriver);
    if (name.length > MAX_NAME)
      field.error(`becomes "${name}", which is longer than Swarm's ${MAX_NAME} characters; shorten the name`);
    result.declared[key] = { external: true, name };
    result.create.push(templateDriver === undefined ? { name, content } : { name, content, templateDriver });
  }
  return result;
}

/** The name in Swarm of a config or secret with this content. */
export function contentName(stack: string, name: string, content: string | Uint8Array, templateDriver = ""): string {
  const hash = createHash("sha256").update(templateDriver).update("\0").update(content).digest("hex").slice(0, 12);
  return `${stack}_${name}_${hash}`;
}

/** `external: true` gives "", the old `external: {name}` its name, anything else undefined. */
export function readExternal(field: Field | undefined): string | undefined {
  if (field === undefined || field.empty) return undefined;
  if (field.node.kind === "map") return field.object(["name"]).get("name")?.text() ?? "";
  return field.boolean() === true ? "" : undefined;
}

function readContent(field: Field, fields: ReadonlyMap<string, Field>, input: RenderInput): string | undefined {
  const sources = ["file", "content", "environment"].filter((key) => fields.has(key));
  if (sources.length !== 1) {
    return field.error(
      `needs one of file, content, environment or external: true, got ${sources.length === 0 ? "none" : sources.join(" and ")}`,
    );
  }
  const file = fields.get("file");
  const name = (file ?? fields.get("environment"))?.text();
  if (file !== undefined && name !== undefined) {
    const text = input.readFile(name);
    if (text === undefined) return file.error(`there is no file "${name}" beside the compose file`);
    // What is no UTF-8 was read with replacement characters: the service would get something else than the file.
    return text.includes("\uFFFD")
      ? file.error(`"${name}" is not text in UTF-8; put binary files into the image`)
      : text;
  }
  const variable = fields.get("environment");
  if (variable !== undefined && name !== undefined) {
    return Object.hasOwn(input.env, name) ? input.env[name] : variable.error(`variable ${name} is not set in .env`);
  }
  return fields.get("content")?.text();
}

/** A service's `configs:` or `secrets:`. */
export function readReferences(field: Field, kind: "config" | "secret", known: readonly string[]): Json[] {
  return field.items().flatMap((item): Json[] => {
    const long = item.node.kind === "map" ? item.object(["source", "target", "uid", "gid", "mode"]) : undefined;
    const source = long === undefined ? item.text() : long.get("source")?.text();
    if (source === undefined)
      return long !== undefined && !long.has("source") ? (item.error(`needs source, the name of a ${kind}`) ?? []) : [];
    if (!known.includes(source)) return item.error(`there is no ${kind} "${source}"`, known, source) ?? [];
    const reference: JsonObject = {
      source,
      target: long?.get("target")?.text() ?? (kind === "config" ? `/${source}` : source),
    };
    for (const key of ["uid", "gid"]) {
      const id = long?.get(key)?.text();
      if (id !== undefined) reference[key] = id;
    }
    const mode = long?.get("mode")?.mode();
    if (mode !== undefined) reference["mode"] = mode;
    return [reference];
  });
}
