import { EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { buildDocument } from "./build";
import type { Issue, Place } from "./errors";
import type { Source } from "./located";

/** A configuration file is far below this; a bigger one is a mistake, and takes long to report on. */
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 32;

export interface ParseResult {
  /** Undefined when the text is not YAML. An empty text is `null`. */
  readonly source: Source | undefined;
  readonly issues: Issue[];
}

/** Reads one YAML document into values and their places. Never throws: what is wrong with the text is in `issues`. */
export function parseYaml(input: string, fileName: string): ParseResult {
  // A byte order mark would shift the columns of line 1.
  const text = input.startsWith("\ufeff") ? input.slice(1) : input;
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return failed(
      { file: fileName, line: 1, column: 1 },
      `must be at most ${MAX_BYTES} bytes, got ${Buffer.byteLength(text)}`,
    );
  }
  const placeAt = placesOf(text, fileName);
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
    if (documents > 1) return failed(placeAt(secondDocument(text)), "must be one YAML document, got several");
    return buildDocument(text, events, placeAt);
  } catch (error) {
    if (error instanceof YAMLException) {
      return failed(placeAt(error.mark?.position ?? 0), `is not valid YAML: ${reasonOf(error)}`);
    }
    throw error;
  }
}

function failed(place: Place, message: string): ParseResult {
  return { source: undefined, issues: [{ severity: "error", place, path: "", message }] };
}

/** The parser's reason in one line; its nesting limit said in words. */
function reasonOf(error: YAMLException): string {
  if (/nesting exceeded/.test(error.reason)) return `nested deeper than ${MAX_DEPTH} levels`;
  return error.reason.replace(/\s+/g, " ");
}

/** From an offset in the text to its place. Offsets come in no order, so the lines are searched by halves. */
function placesOf(text: string, file: string): (offset: number) => Place {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return (offset) => {
    const position = Math.min(Math.max(offset, 0), text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: position - (starts[low] ?? 0) + 1 };
  };
}

function secondDocument(text: string): number {
  const marks = [...text.matchAll(/^(---|\.\.\.)(?=\s|$)/gm)].filter((mark) => mark[1] === "---");
  const content = text.search(/^(?!---|#|%|\s*$)/m);
  return marks.find((mark) => content >= 0 && mark.index > content)?.index ?? marks.at(-1)?.index ?? 0;
}
