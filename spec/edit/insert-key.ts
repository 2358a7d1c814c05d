import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { catalog, machineProviders } from "../sizes/catalog";
import { EditError } from "./edit-error";
import { endOf, insertLinesAfter, withoutMark } from "./text";

const NODES = new Set<unknown>(machineProviders.map((provider): string => catalog[provider].key));

/**
 * The text of storm.yml with one more entry: after the last one that has nodes, else at the end.
 * @param entry its lines
 */
export function insertKey(text: string, ...entry: readonly string[]): string {
  const { mark, body } = withoutMark(text);
  const { contents } = parseDocument(body);
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const newline = body === "" || body.endsWith("\n") ? "" : "\n";
    return mark + body + newline + entry.map((line) => `${line}\n`).join("");
  }
  if (!isMap(contents) || contents.flow === true)
    throw new EditError("storm.yml is written in braces; add the entry by hand", entry);
  const after = [...contents.items].reverse().find((pair) => NODES.has(keyOf(pair))) ?? contents.items.at(-1);
  return mark + insertLinesAfter(body, after === undefined ? body.length : endOfPair(after), entry);
}

/** The entry of a key at the top of the document. */
export function topPair(contents: YAMLMap, key: string): Pair | undefined {
  return contents.items.find((pair) => keyOf(pair) === key);
}

function keyOf({ key }: Pair): unknown {
  return isScalar(key) ? key.value : key;
}

function endOfPair({ key, value }: Pair): number {
  const last = value ?? key;
  return typeof last === "object" && last !== null && "range" in last ? endOf(last as Parameters<typeof endOf>[0]) : 0;
}
