import type { Event } from "js-yaml";
import { EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import type { Issue, Path, Place } from "./errors";
import type { Located, Source } from "./located";
import { displayPath, isMapping, quoted } from "./located";
import { resolvePlain, resolveTagged } from "./scalars";

/** Aliases are a convenience for a few repeated blocks; each may repeat everything before it. */
const MAX_ALIASES = 100;
/** Values of a document, what aliases repeat included: that can double at every step. */
const MAX_NODES = 10_000;

/** A value, its places, and the number of nodes in it when aliases are written out. */
interface Built {
  value: unknown;
  located: Located;
  size: number;
}

type NodeEvent = Exclude<Event, { type: 1 | 6 }>;

/** From the events of one document to its value and places. Duplicate keys, unknown tags and endless aliases are issues. */
export function buildDocument(
  text: string,
  events: readonly Event[],
  placeAt: (offset: number) => Place,
): { source: Source | undefined; issues: Issue[] } {
  const builder = new Builder(text, events, placeAt);
  const root = builder.document();
  if (root.size > MAX_NODES) {
    const message = `must be at most ${MAX_NODES} values, got ${root.size}`;
    return {
      source: undefined,
      issues: [...builder.issues, { severity: "error", place: placeAt(0), path: "", message }],
    };
  }
  return { source: { value: root.value, located: root.located }, issues: builder.issues };
}

class Builder {
  readonly issues: Issue[] = [];
  private next = 0;
  private aliases = 0;
  /** Nodes that aliases stand for, each alias counted with all that it repeats. */
  private repeated = 0;
  private readonly anchors = new Map<string, Built>();

  constructor(
    private readonly text: string,
    private readonly events: readonly Event[],
    private readonly placeAt: (offset: number) => Place,
  ) {}

  document(): Built {
    const start = this.placeAt(0);
    if (this.events[this.next]?.type === EVENT_ID.DOCUMENT) this.next++;
    return this.atEnd() ? { value: null, located: { place: start }, size: 1 } : this.node([], start);
  }

  /** `fallback` is the place of a value that has no text, as in `key:`. */
  private node(path: Path, fallback: Place): Built {
    const event = this.events[this.next++] as NodeEvent;
    if (event.type === EVENT_ID.ALIAS) return this.alias(event, path);
    const place = this.start(event, fallback);
    const built =
      event.type === EVENT_ID.SCALAR
        ? this.scalar(event, path, place)
        : event.type === EVENT_ID.SEQUENCE
          ? this.sequence(path, place)
          : this.mapping(path, place);
    if (event.type !== EVENT_ID.SCALAR) this.checkCollectionTag(event, path, place);
    if (event.anchorStart >= 0) this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), built);
    return built;
  }

  private scalar(event: Extract<Event, { type: 4 }>, path: Path, place: Place): Built {
    const text = event.valueStart < 0 ? "" : getScalarValue(this.text, event);
    const leaf = (value: unknown): Built => ({ value, located: { place }, size: 1 });
    if (event.tagStart < 0) return leaf(event.style === SCALAR_STYLE.PLAIN ? resolvePlain(text) : text);
    const tag = this.text.slice(event.tagStart, event.tagEnd);
    const value = resolveTagged(tag, text);
    if (value === undefined) this.report(path, place, `the tag ${quoted(tag)} does not fit ${quoted(text)}`);
    return leaf(value ?? null);
  }

  private sequence(path: Path, place: Place): Built {
    const value: unknown[] = [];
    const children = new Map<number, Located>();
    let size = 1;
    while (!this.atEnd()) {
      const item = this.node([...path, value.length], place);
      children.set(value.length, item.located);
      value.push(item.value);
      size += item.size;
    }
    this.next++;
    return { value, located: { place, children }, size };
  }

  private mapping(path: Path, place: Place): Built {
    const value: Record<string, unknown> = {};
    const children = new Map<string, Located>();
    const merged: Built[] = [];
    let size = 1;
    while (!this.atEnd()) {
      const plain = this.isPlain();
      const key = this.key(path, place);
      const entry = this.node([...path, key.name ?? "?"], key.place);
      size += entry.size;
      if (key.name === undefined) continue;
      const first = children.get(key.name);
      if (key.name === "<<" && plain) merged.push(...this.mergeable(entry, path));
      else if (first !== undefined) {
        const before = first.key?.line ?? 0;
        this.report([...path, key.name], key.place, `the key is there twice, first on line ${before}`);
      } else {
        children.set(key.name, { ...entry.located, key: key.place });
        value[key.name] = entry.value;
      }
    }
    this.next++;
    for (const other of merged) addMissing(value, children, other);
    return { value, located: { place, children }, size };
  }

  private key(path: Path, fallback: Place): { name: string | undefined; place: Place } {
    const event = this.events[this.next] as NodeEvent;
    const place = this.start(event, fallback);
    const isScalar = event.type === EVENT_ID.SCALAR;
    const text = isScalar && event.valueStart >= 0 ? getScalarValue(this.text, event) : undefined;
    const issues = this.issues.length;
    const built = this.node([...path, text ?? "?"], place);
    if (this.issues.length > issues) return { name: undefined, place };
    const name = text ?? (typeof built.value === "string" ? built.value : undefined);
    if (name === undefined) this.report(path, place, "a key must be text");
    else if (name === "__proto__") this.report([...path, name], place, "is not allowed as a key");
    else return { name, place };
    return { name: undefined, place };
  }

  private alias(event: Extract<Event, { type: 5 }>, path: Path): Built {
    const place = this.placeAt(event.anchorStart - 1);
    const name = this.text.slice(event.anchorStart, event.anchorEnd);
    const nothing: Built = { value: null, located: { place }, size: 1 };
    const target = this.anchors.get(name);
    this.aliases++;
    if (target === undefined) {
      const known = [...this.anchors.keys()];
      this.report(path, place, `the alias *${name} has no anchor &${name} before it`, known);
      return nothing;
    }
    const before = this.repeated;
    this.repeated += target.size;
    if (this.aliases > MAX_ALIASES || this.repeated > MAX_NODES) {
      // Said once, not for each of the aliases that follow.
      if (this.aliases === MAX_ALIASES + 1 || before <= MAX_NODES) {
        this.report(path, place, `too many aliases: at most ${MAX_ALIASES}, which repeat at most ${MAX_NODES} values`);
      }
      return nothing;
    }
    return { ...target, located: { ...target.located, place } };
  }

  private mergeable(entry: Built, path: Path): Built[] {
    if (isMapping(entry.value)) return [entry];
    const items = Array.isArray(entry.value) ? (entry.value as unknown[]) : [entry.value];
    if (!items.every(isMapping)) {
      this.report([...path, "<<"], entry.located.place, "must be a mapping or a list of mappings to merge");
      return [];
    }
    return items.map((value, index) => ({
      value,
      located: entry.located.children?.get(index) ?? entry.located,
      size: 1,
    }));
  }

  private checkCollectionTag(event: Extract<Event, { type: 2 | 3 }>, path: Path, place: Place): void {
    if (event.tagStart < 0) return;
    const tag = this.text.slice(event.tagStart, event.tagEnd);
    const expected = event.type === EVENT_ID.SEQUENCE ? "!!seq" : "!!map";
    if (tag !== expected && tag !== "!")
      this.report(path, place, `the tag ${quoted(tag)} does not fit here`, [expected]);
  }

  private start(event: NodeEvent, fallback: Place): Place {
    if (event.type === EVENT_ID.ALIAS) return this.placeAt(event.anchorStart - 1);
    // A value starts with its tag.
    if (event.tagStart >= 0) return this.placeAt(event.tagStart);
    if (event.type !== EVENT_ID.SCALAR) return this.placeAt(event.start);
    if (event.valueStart < 0) return fallback;
    const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return this.placeAt(event.valueStart - (isQuoted ? 1 : 0));
  }

  private isPlain(): boolean {
    const event = this.events[this.next];
    return event?.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN;
  }

  private atEnd(): boolean {
    const event = this.events[this.next];
    return event === undefined || event.type === EVENT_ID.POP;
  }

  private report(path: Path, place: Place, message: string, allowed?: string[]): void {
    this.issues.push({ severity: "error", place, path: displayPath(undefined, path), message, allowed });
  }
}

/** YAML's merge key: what is written in the mapping itself wins. */
function addMissing(value: Record<string, unknown>, children: Map<string, Located>, other: Built): void {
  for (const [key, item] of Object.entries(other.value as Record<string, unknown>)) {
    if (children.has(key)) continue;
    value[key] = item;
    const located = other.located.children?.get(key);
    if (located !== undefined) children.set(key, located);
  }
}
