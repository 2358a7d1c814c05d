import { EVENT_ID, SCALAR_STYLE, getScalarValue, parseEvents, YAMLException } from "js-yaml";
import type { Diagnostics, Position } from "./diagnostics";

/** A scalar keeps its source text: `1.10` is a version to one field and a number to another. */
export interface ScalarNode {
  kind: "scalar";
  text: string;
  /** Before its variables were filled in, where it has some. */
  written?: string;
  /** Written without quotes: may be null, a number, a boolean. */
  plain: boolean;
  at: Position;
}

export interface ListNode {
  kind: "list";
  items: Node[];
  at: Position;
}

export interface Entry {
  key: string;
  /** Of the key. */
  at: Position;
  value: Node;
}

export interface MapNode {
  kind: "map";
  entries: Entry[];
  at: Position;
}

export type Node = ScalarNode | ListNode | MapNode;

const MAX_DEPTH = 60;

/**
 * Compose's YAML: one document, anchors, and the merge key `<<` that YAML 1.2 no longer has. Every node knows its place.
 * Undefined if the text is no such YAML; `to` then has the error.
 */
export function parseDocument(text: string, to: Diagnostics): Node | undefined {
  try {
    return new Composer(text, to).compose();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const mark = error.mark;
    to.error(
      { line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1 },
      "",
      `is not valid YAML: ${error.reason}`,
    );
    return undefined;
  }
}

class Composer {
  private readonly lineStarts: number[] = [0];
  private readonly anchors = new Map<string, Node>();
  private readonly events: ReturnType<typeof parseEvents>;
  private next = 0;

  constructor(
    private readonly text: string,
    private readonly to: Diagnostics,
  ) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.lineStarts.push(at + 1);
    this.events = parseEvents(text, { maxDepth: MAX_DEPTH });
  }

  compose(): Node | undefined {
    const documents = this.events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
    if (documents > 1) {
      this.to.error({ line: 1, column: 1 }, "", "holds several YAML documents; a compose file is one");
      return undefined;
    }
    this.next = 1;
    const root = this.node(0);
    return root.kind === "scalar" && root.plain && root.text === "" ? undefined : root;
  }

  private position(offset: number): Position {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 };
  }

  /** The node at the next event; `fallback` is the place of an empty value, which has none of its own. */
  private node(fallback: number): Node {
    const event = this.events[this.next++];
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
      return { kind: "scalar", text: "", plain: true, at: this.position(fallback) };
    }
    const anchor = event.anchorStart >= 0 ? this.text.slice(event.anchorStart, event.anchorEnd) : undefined;
    if (event.type === EVENT_ID.ALIAS) {
      const found = this.anchors.get(anchor ?? "");
      if (found !== undefined) return found;
      this.to.error(this.position(event.anchorStart), "", `"*${anchor}" names no anchor above it`);
      return { kind: "scalar", text: "", plain: true, at: this.position(event.anchorStart) };
    }
    let node: Node;
    if (event.type === EVENT_ID.SCALAR) {
      // The value of a quoted scalar begins after the quote, its place is the quote's.
      const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
      const start = event.valueStart >= 0 ? event.valueStart - (quoted ? 1 : 0) : fallback;
      const plain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
      node = { kind: "scalar", text: getScalarValue(this.text, event), plain, at: this.position(start) };
    } else if (event.type === EVENT_ID.SEQUENCE) {
      node = { kind: "list", items: [], at: this.position(event.start) };
      while (this.open()) node.items.push(this.node(event.start));
      this.next++;
    } else {
      node = { kind: "map", entries: [], at: this.position(event.start) };
      this.fill(node, event.start);
      this.next++;
    }
    if (anchor !== undefined) this.anchors.set(anchor, node);
    return node;
  }

  private open(): boolean {
    const event = this.events[this.next];
    return event !== undefined && event.type !== EVENT_ID.POP;
  }

  private fill(map: MapNode, start: number): void {
    const own = new Map<string, Entry>();
    const merged: Node[] = [];
    while (this.open()) {
      const event = this.events[this.next];
      const keyStart = event?.type === EVENT_ID.SCALAR && event.valueStart >= 0 ? event.valueStart : start;
      const key = this.node(keyStart);
      const value = this.node(keyStart);
      if (key.kind !== "scalar") {
        this.to.error(key.at, "", "a key must be a word");
      } else if (key.plain && key.text === "<<") {
        merged.push(...(value.kind === "list" ? value.items : [value]));
      } else if (own.has(key.text)) {
        this.to.error(key.at, "", `key "${key.text}" is there twice, first in line ${own.get(key.text)?.at.line}`);
      } else {
        own.set(key.text, { key: key.text, at: key.at, value });
      }
    }
    for (const source of merged) {
      if (source.kind === "map") {
        for (const entry of source.entries) if (!own.has(entry.key)) own.set(entry.key, entry);
      } else this.to.error(source.at, "", `"<<" needs a map or a list of maps`);
    }
    map.entries.push(...own.values());
  }
}
