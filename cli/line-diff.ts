/** Lines around a change that are shown with it. */
const CONTEXT = 2;

/** What of a text is another one, as "-" and "+" lines with what is around them: for a change in one place. */
export function lineDiff(before: string, after: string): string {
  const [old, now] = [before, after].map((text) => text.replace(/\n$/, "").split("\n"));
  if (old === undefined || now === undefined) return "";
  const most = Math.min(old.length, now.length);
  let same = 0;
  while (same < most && old[same] === now[same]) same++;
  let end = 0;
  while (end < most - same && old.at(-1 - end) === now.at(-1 - end)) end++;
  const lines = [
    ...old.slice(Math.max(0, same - CONTEXT), same).map((line) => `  ${line}`),
    ...old.slice(same, old.length - end).map((line) => `- ${line}`),
    ...now.slice(same, now.length - end).map((line) => `+ ${line}`),
    ...old.slice(old.length - end, old.length - end + CONTEXT).map((line) => `  ${line}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
