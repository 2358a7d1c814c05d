/** What can be wrong with a storm.yml, where, and the one way in which it is printed. */

/** Where a value was written. `line` and `column` count from 1; 0 where the source has no lines (stack config). */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and list positions (from 0) that lead to a value. */
export type Path = readonly (string | number)[];

export interface Issue {
  readonly severity: "error" | "warning";
  readonly place: Place;
  /** For people: "AWS/pools/web/count". List items go by their name, else as "#2" (counted from 1). */
  readonly path: string;
  /** "must be 1, 3, 5 or 7, got 2" */
  readonly message: string;
  readonly allowed?: readonly string[];
  /** The allowed word nearest to the one found. */
  readonly nearest?: string;
}

/** Longest list of allowed words that is printed whole. */
const MAX_ALLOWED = 24;
/** A file with more errors than this has one cause that shows in the first of them. */
const MAX_PRINTED = 100;

/** One line, no stack: `storm.yml:14:5 AWS/pools/web/count: must be ..., got 2 (allowed: ...; did you mean "..."?)`. */
export function formatIssue(issue: Issue): string {
  const { place, path, message } = issue;
  const where = place.line > 0 ? `${place.file}:${place.line}:${place.column}` : place.file;
  const text = `${where}${path === "" ? ":" : ` ${path}:`} ${issue.severity === "warning" ? "warning: " : ""}${message}`;
  const notes: string[] = [];
  if (issue.allowed !== undefined && issue.allowed.length > 0) notes.push(`allowed: ${listed(issue.allowed)}`);
  if (issue.nearest !== undefined) notes.push(`did you mean "${issue.nearest}"?`);
  return printable(notes.length === 0 ? text : `${text} (${notes.join("; ")})`);
}

/** Text that neither moves a terminal's cursor nor turns the line around: such characters are written as escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** All issues in the order of their places, one a line. */
export function formatIssues(issues: readonly Issue[]): string {
  const lines = sortIssues(issues).map(formatIssue);
  const rest = lines.length - MAX_PRINTED;
  return (rest > 0 ? [...lines.slice(0, MAX_PRINTED), `... and ${rest} more`] : lines).join("\n");
}

/** By file, line and column, then by path; the same issue twice is one. */
export function sortIssues(issues: readonly Issue[]): Issue[] {
  const unique = new Map(issues.map((issue) => [formatIssue(issue), issue]));
  return [...unique.entries()]
    .sort(([textA, a], [textB, b]) => comparePlaces(a.place, b.place) || compare(textA, textB))
    .map(([, issue]) => issue);
}

/** Thrown when a storm.yml cannot be used. `message` is the formatted list of issues, and all that a user needs to see. */
export class SpecError extends Error {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(formatIssues(issues));
    this.name = "SpecError";
    this.issues = sortIssues(issues);
    // The place that matters is in storm.yml, not in this program.
    this.stack = `${this.name}: ${this.message}`;
  }
}

function listed(words: readonly string[]): string {
  const shown = words.slice(0, MAX_ALLOWED).join(", ");
  return words.length > MAX_ALLOWED ? `${shown}, ... ${words.length} in all` : shown;
}

function comparePlaces(a: Place, b: Place): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
