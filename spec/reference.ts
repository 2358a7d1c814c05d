import * as z from "zod";
import { stormFile } from "./schema";

/** The part of JSON Schema that zod writes for storm.yml. */
interface Node {
  type?: string;
  description?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node | Node[];
  anyOf?: Node[];
  additionalProperties?: Node | boolean;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
}

/** Longest list of words that is worth printing in a table. */
const MAX_WORDS = 8;

/** docs/storm-yml.md: every key of storm.yml, from the definition that the program checks by. */
export function stormReference(): string {
  const schema = z.toJSONSchema(stormFile, { io: "input", target: "draft-7", reused: "inline" }) as Node;
  const rows = keyRows(schema, "");
  return [
    "# Every key of storm.yml",
    "",
    "Written by `npm run schema` from `spec/schema.ts`: do not edit. `*` stands for a name of yours, `[]` for each item of a list.",
    "Editors complete the keys from `storm.schema.json`.",
    "",
    "| Key | Value | Meaning |",
    "| --- | --- | --- |",
    ...rows.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`),
    "",
  ].join("\n");
}

function keyRows(node: Node, prefix: string): string[][] {
  const parts = [node, ...(node.anyOf ?? [])];
  const own = parts.flatMap((part) =>
    Object.entries(part.properties ?? {}).flatMap(([key, child]) => {
      const path = prefix === "" ? key : `${prefix}.${key}`;
      const isRequired = part.required?.includes(key) === true;
      const value = `${valueWords(child)}${isRequired ? ", required" : ""}`;
      return [[`\`${path}\``, value, child.description ?? ""], ...keyRows(child, path)];
    }),
  );
  const items = parts.flatMap((part) =>
    part.items !== undefined && !Array.isArray(part.items) ? keyRows(part.items, `${prefix}[]`) : [],
  );
  const named = parts.flatMap((part) =>
    typeof part.additionalProperties === "object" ? keyRows(part.additionalProperties, `${prefix}.*`) : [],
  );
  return [...own, ...items, ...named];
}

function valueWords(node: Node): string {
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(valueWords))].join(" or ");
  if (node.enum !== undefined) {
    const words = node.enum.map((word) => `\`${String(word)}\``);
    return words.length > MAX_WORDS ? `${words.slice(0, 3).join(", ")}, ... (${words.length} words)` : words.join(", ");
  }
  if (node.type === "array") return Array.isArray(node.items) ? "[count, size]" : "list";
  if (node.type === "object") return "mapping";
  if (node.type === "string") return "text";
  if (node.type === "boolean") return "true or false";
  const whole = node.type === "integer" ? "whole number" : "number";
  const { minimum, maximum } = node;
  if (minimum === undefined) return whole;
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? `${whole}, at least ${minimum}`
    : `${whole}, ${minimum} to ${maximum}`;
}

function escapeCell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/</g, "&lt;");
}
