import { type Issue, sortIssues } from "../spec/errors";
import { nearestWord } from "../spec/nearest";
import { EnvValues } from "./env-values";

/** Line and column, both from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Collects what is wrong with a compose file, so that all of it is said in one go, in the words and form of storm.yml's errors. */
export class Diagnostics {
  /** What no message may show. */
  readonly secrets = new EnvValues();
  private readonly issues: Issue[] = [];

  constructor(readonly file: string) {}

  warn(at: Position, path: string, message: string): void {
    this.issues.push({ severity: "warning", place: { file: this.file, ...at }, path, message });
  }

  error(at: Position, path: string, message: string, allowed?: readonly string[], found?: string): void {
    const nearest = found === undefined || allowed === undefined ? undefined : nearestWord(found, allowed);
    this.issues.push({ severity: "error", place: { file: this.file, ...at }, path, message, allowed, nearest });
  }

  /** In the order of the file, each once. */
  get(severity: Issue["severity"]): Issue[] {
    return sortIssues(
      this.issues
        .filter((issue) => issue.severity === severity)
        .map((issue) => ({ ...issue, message: this.secrets.hideIn(issue.message) })),
    );
  }
}
