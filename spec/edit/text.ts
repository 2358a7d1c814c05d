import { Document, isCollection, type Node } from "yaml";

/** A text without its byte order mark, which the parser does not count in columns. */
export function withoutMark(text: string): { mark: string; body: string } {
  return text.startsWith("\ufeff") ? { mark: "\ufeff", body: text.slice(1) } : { mark: "", body: text };
}

/** Where a line and column (from 1) are in a text. */
export function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}

export function splice(text: string, from: number, to: number, replacement: string): string {
  return text.slice(0, from) + replacement + text.slice(to);
}

/** Where a node's last character is, without the comments after it, which belong to a block's range. */
export function endOf(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const inner = last !== null && typeof last === "object" && "value" in last && "key" in last ? last.value : last;
    if (isNode(inner)) return endOf(inner);
  }
  return node.range?.[1] ?? 0;
}

/** The place after the line of this offset; a last line without an end is given one. */
export function insertLinesAfter(text: string, offset: number, lines: readonly string[]): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const end = text.indexOf("\n", offset);
  const added = lines.map((line) => line + newline).join("");
  return end < 0 ? text + newline + added : splice(text, end + 1, end + 1, added);
}

/** The end of a block's item with the comments below it that are indented like what is in it. */
export function endOfItem(text: string, end: number, indent: number): number {
  const next = text.indexOf("\n", end) + 1;
  const [comment] = next === 0 ? [] : (new RegExp(`^[ \\t]{${indent},}#.*`).exec(text.slice(next)) ?? []);
  return comment === undefined ? end : endOfItem(text, next + comment.length, indent);
}

/** "{ name: web, count: 2..10, size: medium }", with quotes where a word would be something else without. */
export function flowMapping(value: Readonly<Record<string, unknown>>): string {
  const document = new Document(value);
  if (isCollection(document.contents)) document.contents.flow = true;
  return document.toString({ lineWidth: 0 }).trim();
}

/** The same as a block: a line for each key. */
export function blockMapping(value: Readonly<Record<string, unknown>>): string[] {
  return new Document(value).toString({ lineWidth: 0 }).trimEnd().split("\n");
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}
