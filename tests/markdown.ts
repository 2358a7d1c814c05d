/** A block of code in a page of Markdown. */
export interface CodeBlock {
  /** Line of the page at which its text begins. */
  line: number;
  /** Without indentation. */
  text: string;
}

/** Blocks of a page, as these pages write them: fenced, or indented by four spaces after an empty line. */
export function codeBlocks(page: string): CodeBlock[] {
  const lines = page.split("\n");
  const blocks: CodeBlock[] = [];
  for (let index = 0; index < lines.length; index++) {
    const fence = /^\s*```/.test(lines[index] ?? "");
    const indented = lines[index]?.startsWith("    ") === true && (lines[index - 1] ?? "").trim() === "";
    if (!fence && !indented) continue;
    const from = fence ? index + 1 : index;
    const goesOn = (line: string) => (fence ? !/^\s*```/.test(line) : line.startsWith("    ") || line.trim() === "");
    let to = from;
    while (to < lines.length && goesOn(lines[to] ?? "")) to++;
    const text = lines.slice(from, to).map((line) => (fence ? line : line.replace(/^ {4}/, "")));
    blocks.push({ line: from + 1, text: `${text.join("\n").trimEnd()}\n` });
    index = to;
  }
  return blocks;
}

/** Commands of a block, without the comments behind them. */
export function commandLines({ text }: CodeBlock): string[] {
  return text.split("\n").map((line) => line.replace(/\s+# .*$/, "").trim());
}
