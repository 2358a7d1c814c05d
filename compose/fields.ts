import type { Diagnostics, Position } from "./diagnostics";
import type { Node } from "./document";

const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);
const TRUE: ReadonlySet<string> = new Set(["true", "yes", "on", "y"]);
const FALSE: ReadonlySet<string> = new Set(["false", "no", "off", "n"]);
/** Go's durations, which is what Docker reads. */
const DURATION = /^(\d+(\.\d+)?(ns|us|\u00b5s|ms|s|m|h))+$/;
const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?$/i;
const POWERS = "kmgtp";

/**
 * A value of the compose file with its path and place. Readers return what was asked for; if the file has something else
 * they say so and return undefined, and the caller goes on, so that one run finds all mistakes.
 */
export class Field {
  constructor(
    readonly node: Node,
    readonly path: string,
    /** Of the key, if there is one. */
    readonly at: Position,
    private readonly to: Diagnostics,
  ) {}

  /** Absent, or written as null. */
  get empty(): boolean {
    return this.node.kind === "scalar" && this.node.plain && NULLS.has(this.node.text);
  }

  warn(message: string): void {
    this.to.warn(this.at, this.path, message);
  }

  error(message: string, allowed?: readonly string[], found?: string): undefined {
    this.to.error(this.at, this.path, message, allowed, found);
    return undefined;
  }

  /** Notes a value that came out of `.env` or an env file: no message may show it. */
  hide(name: string, value: string): void {
    this.to.secrets.add(name, value);
  }

  /** Any scalar but null, its variables filled in. */
  text(): string | undefined {
    if (this.node.kind === "scalar" && !this.empty) return this.node.text;
    return this.wanted("a text");
  }

  integer(minimum = 0): number | undefined {
    const text = this.node.kind === "scalar" ? this.node.text : "";
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= minimum ? value : this.wanted(`a whole number, at least ${minimum}`);
  }

  /** File permissions: octal with a leading 0 or 0o, as in YAML 1.1 and in everybody's head; else the decimal number it is. */
  mode(): number | undefined {
    const text = this.node.kind === "scalar" ? this.node.text : "";
    if (/^0o?[0-7]{1,4}$/.test(text)) return parseInt(text.replace("o", ""), 8);
    return this.integer();
  }

  number(): number | undefined {
    const text = this.node.kind === "scalar" ? this.node.text : "";
    return /^-?\d*\.?\d+$/.test(text) ? Number(text) : this.wanted("a number");
  }

  boolean(): boolean | undefined {
    const text = this.node.kind === "scalar" ? this.node.text.toLowerCase() : "";
    return TRUE.has(text) ? true : FALSE.has(text) ? false : this.wanted("true or false");
  }

  oneOf<T extends string>(words: readonly T[]): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const word = words.find((candidate) => candidate === text);
    return word ?? this.error(`must be one of the allowed words, got "${text}"`, words, text);
  }

  duration(): string | undefined {
    const text = this.node.kind === "scalar" ? this.node.text : "";
    return DURATION.test(text) || text === "0"
      ? text === "0"
        ? "0s"
        : text
      : this.wanted(`a duration such as 10s or 1m30s`);
  }

  /** Bytes, from "64m", "1.5gb" or a number. */
  bytes(): number | undefined {
    const [, digits, unit = ""] = SIZE.exec(this.node.kind === "scalar" ? this.node.text : "") ?? [];
    if (digits === undefined) return this.wanted("a size such as 64m or 1gb");
    const power = unit === "" ? 0 : POWERS.indexOf(unit.toLowerCase()) + 1;
    return Math.round(Number(digits) * 1024 ** power);
  }

  /** The items of a list; none if it is null. */
  items(): Field[] {
    if (this.empty) return [];
    if (this.node.kind !== "list") return this.wanted("a list") ?? [];
    return this.node.items.map((item, i) => new Field(item, `${this.path}/#${i + 1}`, item.at, this.to));
  }

  /** The entries of a map; none if it is null. */
  entries(): [string, Field][] {
    if (this.empty) return [];
    if (this.node.kind !== "map") return this.wanted("a map") ?? [];
    return this.node.entries.map((entry) => [entry.key, this.child(entry.key, entry.value, entry.at)]);
  }

  texts(): string[] {
    return this.items().flatMap((item) => item.text() ?? []);
  }

  /** A text, or a list of them. */
  textOrTexts(): string | string[] | undefined {
    return this.node.kind === "list" ? this.texts() : this.text();
  }

  /** A list in any case. */
  oneOrMore(): string[] {
    const value = this.empty ? [] : this.textOrTexts();
    return typeof value === "string" ? [value] : (value ?? []);
  }

  /** `{A: 1}` or `["A=1"]`; a name without a value is undefined. */
  pairs(): [string, string | undefined, Field][] {
    if (this.node.kind === "list") {
      return this.items().flatMap((item): [string, string | undefined, Field][] => {
        const text = item.text();
        if (text === undefined) return [];
        const equals = text.indexOf("=");
        return [equals < 0 ? [text, undefined, item] : [text.slice(0, equals), text.slice(equals + 1), item]];
      });
    }
    return this.entries().map(([key, value]) => [key, value.empty ? undefined : value.text(), value]);
  }

  /** As `pairs`, a name without a value being empty. */
  map(): Record<string, string> {
    return Object.fromEntries(this.pairs().map(([key, value]) => [key, value ?? ""]));
  }

  /** The entries of a map with known keys: unknown ones are errors, `x-` extensions are left out. */
  object(known: readonly string[]): ReadonlyMap<string, Field> {
    const found = new Map<string, Field>();
    for (const [key, field] of this.entries()) {
      if (known.includes(key)) found.set(key, field);
      else if (!key.startsWith("x-")) field.error("unknown key", known, key);
    }
    return found;
  }

  private child(key: string, node: Node, at: Position): Field {
    return new Field(node, this.path === "" ? key : `${this.path}/${key}`, at, this.to);
  }

  private wanted(what: string): undefined {
    const got =
      this.node.kind === "scalar"
        ? this.empty
          ? "nothing"
          : JSON.stringify((this.node.written ?? this.node.text).slice(0, 60))
        : `a ${this.node.kind}`;
    return this.error(`must be ${what}, got ${got}`);
  }
}
