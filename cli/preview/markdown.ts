import { changesNothing, countsOf, type PreviewReport } from "./report";
import { type Section, sections } from "./sections";

/** GitHub takes 65536 characters in a comment. */
const MAX_LENGTH = 60_000;
/** A group of resources that is longer is folded. */
const MAX_OPEN = 10;

/** For a pull request. */
export function markdown(report: PreviewReport): string {
  const { stack, refused, changes } = report;
  const head = [`## storm preview: \`${stack}\``, ""];
  if (refused.length > 0) head.push("**Would be refused; nothing would be changed.**", "");
  else if (changesNothing(report)) head.push("No changes.", "");
  else if (changes !== undefined) head.push(`**${countsOf(changes)}**`, "");
  return page([...head, ...sections(report).flatMap(block)], `storm preview ${stack}`);
}

/** @param command shows what is cut off */
export function page(lines: readonly string[], command: string): string {
  const text = lines.join("\n").trimEnd();
  return `${text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}\n\n... cut here: \`${command}\` shows all` : text}\n`;
}

export function block({ title, lines, long }: Section): string[] {
  const list = lines.map((line) => `${/^ */.exec(line)?.[0] ?? ""}- ${escaped(line.trim())}`);
  if (long !== true || lines.length <= MAX_OPEN) return [`### ${title}`, "", ...list, ""];
  return [`<details><summary><b>${title}</b></summary>`, "", ...list, "", "</details>", ""];
}

/** Text of others' stays text: no markup, no mention, one line. */
function escaped(line: string): string {
  return line
    .replace(/\s*\n\s*/g, " ")
    .replace(/[\\`*_~[\]<>|#]/g, (mark) => (mark === "<" ? "&lt;" : mark === ">" ? "&gt;" : `\\${mark}`))
    .replace(/-&gt;/g, "→")
    .replaceAll("@", "&#64;");
}
