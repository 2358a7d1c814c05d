import { resolve } from "node:path";
import { examineAll } from "../../load";
import { formatIssue, type Issue } from "../../spec/errors";
import { messageOf } from "../../tools/errors";
import { checkout } from "../../tools/paths";
import { type Output, paint } from "../../tools/report";
import { optionalFile } from "../config";
import { loadSettings } from "../load-settings";

export interface ValidateOptions {
  stack: string;
  file?: string;
  json?: boolean;
}

/** An issue as editors take it. */
export interface EditorIssue extends Omit<Issue, "place"> {
  /** Absolute; for what stands in no file, what it is: "stack config storm:spec". */
  file: string;
  /** From 1; 0 where there is none. */
  line: number;
  column: number;
}

/**
 * `storm validate`: all that is wrong with storm.yml and its compose files. Asks nobody, builds and makes nothing.
 * @returns the exit code
 */
export function validate(options: ValidateOptions, output: Output): number {
  const issues = issuesOf(options);
  const valid = !issues.some(({ severity }) => severity === "error");
  if (options.json) output.write(`${JSON.stringify({ valid, issues: issues.map(forEditor) }, null, 2)}\n`);
  else output.write(issuesText(issues, output));
  return valid ? 0 : 1;
}

function issuesOf({ stack, file }: ValidateOptions): Issue[] {
  try {
    return examineAll(loadSettings(stack, optionalFile(file)));
  } catch (error) {
    // Not even a file to look at.
    const place = { file: file ?? "storm.yml", line: 0, column: 0 };
    return [{ severity: "error", place, path: "", message: messageOf(error) }];
  }
}

/** A line each, and the sum. */
export function issuesText(issues: readonly Issue[], output: Output): string {
  const count = (of: Issue["severity"]) => issues.filter(({ severity }) => severity === of).length;
  const [errors, warnings] = [count("error"), count("warning")];
  const words = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const also = warnings > 0 ? `, ${words(warnings, "warning")}` : "";
  const sum = errors > 0 ? paint(output, "red", `Not valid: ${words(errors, "error")}${also}`) : `Valid${also}`;
  return [...issues.map(formatIssue), sum, ""].join("\n");
}

export function forEditor({ place, ...issue }: Issue): EditorIssue {
  const { file, line, column } = place;
  return { ...issue, file: line > 0 ? resolve(checkout, file) : file, line, column };
}
