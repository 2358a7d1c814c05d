import type * as z from "zod";
import { errorAt, found } from "./error-at";
import type { Issue, Path } from "./errors";
import type { Source } from "./located";
import { isMapping, keyPlaceOf, valueAt } from "./located";
import { nearestWord } from "./nearest";

/** A mapping with more unknown keys than this is something else altogether. */
const MAX_KEYS = 500;

type ZodIssue = z.core.$ZodIssue;

/** An error of shape, with the path of the value that must go for the rest to be checked. */
export interface ShapeIssue {
  readonly issue: Issue;
  readonly path: Path;
}

/** What zod knows when it finds an error and leaves out of the issue, handed to `translate` as the message. */
export function zodHook(issue: z.core.$ZodRawIssue): string | undefined {
  const definition = (issue.inst as z.ZodObject | z.ZodNumberFormat | undefined)?._zod.def;
  if (issue.code === "unrecognized_keys" && definition?.type === "object")
    return Object.keys(definition.shape).join(" ");
  if (issue.code === "invalid_type" && definition?.type === "number" && "format" in definition)
    return "must be a whole number";
  return undefined;
}

export function translate(source: Source, issue: ZodIssue, before: Path): ShapeIssue[] {
  const path: Path = [...before, ...(issue.path as (string | number)[])];
  const value = valueAt(source.value, path);
  const must = (message: string, words?: Partial<Issue>): ShapeIssue[] => [
    {
      issue: errorAt(
        source,
        path,
        value === undefined ? `is missing: ${message}` : `${message}, got ${found(value)}`,
        words,
      ),
      // Without something that it must have, the whole of it goes.
      path: value === undefined ? path.slice(0, -1) : path,
    },
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.slice(0, MAX_KEYS).map((key) => unknownKey(source, path, key, issue.message.split(" ")));
    case "invalid_union":
      return translateUnion(source, issue, path) ?? must(issue.message, { nearest: nearestOfUnion(issue, value) });
    case "invalid_key":
      return issue.issues.map((inner) => invalidKey(source, path, inner));
    case "invalid_value": {
      const words = issue.values.map(String);
      return must("must be one of the allowed words", {
        allowed: words,
        nearest: typeof value === "string" ? nearestWord(value, words) : undefined,
      });
    }
    case "invalid_type":
      return must(issue.message.startsWith("must ") ? issue.message : `must be ${typeWords(issue.expected)}`);
    case "too_small":
    case "too_big":
      return must(bound(issue));
    case "invalid_format":
      return must(issue.message, { nearest: nearestLabel(value, issue) });
    default:
      return must(issue.message);
  }
}

/** The errors of the one branch that the value was meant for, if that can be told. */
function translateUnion(source: Source, issue: z.core.$ZodIssueInvalidUnion, path: Path): ShapeIssue[] | undefined {
  const value = valueAt(source.value, path);
  const branches = issue.errors.filter(
    (errors) => !errors.some((error) => error.path.length === 0 && isOtherKind(error, value)),
  );
  const known = (errors: readonly ZodIssue[]): number =>
    Object.keys(isMapping(value) ? value : {}).length - unknownKeys(errors);
  const best = [...branches].sort((a, b) => known(b) - known(a))[0];
  if (best === undefined || best.every(isWrongWord) || (branches.length > 1 && known(best) === 0)) return undefined;
  return best.flatMap((inner) => translate(source, inner, path));
}

function isOtherKind(issue: ZodIssue, value: unknown): boolean {
  return issue.code === "invalid_type" || (issue.code === "invalid_value" && typeof value !== "string");
}

/** The union's own message names every form, the words among them. */
function isWrongWord(issue: ZodIssue): boolean {
  return issue.code === "invalid_value" && issue.path.length === 0;
}

function nearestOfUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string | undefined {
  const words = issue.errors
    .flat()
    .flatMap((error) => (error.code === "invalid_value" ? error.values.map(String) : []));
  return typeof value === "string" ? nearestWord(value, words) : undefined;
}

function unknownKeys(issues: readonly ZodIssue[]): number {
  return issues.reduce(
    (sum, issue) => sum + (issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys.length : 0),
    0,
  );
}

/** Names go into DNS: the same name as a DNS label is likely what was meant. */
function nearestLabel(value: unknown, issue: ZodIssue): string | undefined {
  if (typeof value !== "string" || value.length > 64 || !issue.message.includes("lower")) return undefined;
  const name = value
    .toLowerCase()
    .replace(/^[a-z]+:\/\/|\/.*$/g, "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9.-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return name === "" || name === value ? undefined : name;
}

function invalidKey(source: Source, path: Path, issue: ZodIssue): ShapeIssue {
  const key = String(path.at(-1));
  const message = issue.code === "too_big" ? bound(issue) : issue.message;
  const error = errorAt(source, path, `the name ${message}, got ${found(key)}`, { nearest: nearestLabel(key, issue) });
  return { issue: { ...error, place: keyPlaceOf(source, path) }, path };
}

function unknownKey(source: Source, path: Path, key: string, allowed: readonly string[]): ShapeIssue {
  const keyPath = [...path, key];
  const error = errorAt(source, keyPath, "unknown key", { allowed, nearest: nearestWord(key, allowed) });
  return { issue: { ...error, place: keyPlaceOf(source, keyPath) }, path: keyPath };
}

function bound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [word, limit] = issue.code === "too_small" ? ["at least", issue.minimum] : ["at most", issue.maximum];
  const amount = Number(limit);
  if (issue.origin === "string")
    return amount === 1 && word === "at least" ? "must not be empty" : `must be ${word} ${amount} characters`;
  if (issue.origin === "array") {
    if (amount === 2) return "must be [count, size]";
    return amount === 1 && word === "at least" ? "must not be empty" : `must have ${word} ${amount} items`;
  }
  return `must be ${word} ${amount}`;
}

function typeWords(expected: string): string {
  const words: Record<string, string> = {
    string: "text",
    int: "a whole number",
    number: "a number",
    boolean: "true or false",
    array: "a list",
    tuple: "[count, size]",
    object: "a mapping",
    record: "a mapping",
  };
  return words[expected] ?? expected;
}
