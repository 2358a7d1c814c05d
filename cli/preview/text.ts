import { type Output, paint } from "../../tools/report";
import { changesNothing, countsOf, type PreviewReport } from "./report";
import { sections } from "./sections";

/**
 * For a terminal.
 * @param omit titles of sections that were shown already
 */
export function text(report: PreviewReport, output: Output, omit: readonly string[] = []): string {
  const shown = sections(report).filter(({ title }) => !omit.includes(title));
  const isBad = (title: string) => title === "Refused" || (title === "What would be lost" && report.lost.length > 0);
  const blocks = shown.map(({ title, lines }) => {
    const colour = isBad(title) ? "red" : "bold";
    return [paint(output, colour, title), ...lines.map((line) => `  ${line}`)].join("\n");
  });
  const { changes, refused } = report;
  if (refused.length > 0) blocks.push("It would be refused; nothing would be changed.");
  else if (changesNothing(report)) blocks.push("No changes.");
  else if (changes !== undefined) blocks.push(`Resources: ${countsOf(changes)}`);
  return `${blocks.join("\n\n")}\n`;
}
