import { type Output, paint } from "../../tools/report";
import { type Finding, survey } from "../../tools/survey";

/** `storm doctor`: what is there, what is missing and how to get it. Returns the exit code. */
export async function doctor(options: { json?: boolean }, output: Output, look = survey): Promise<number> {
  const findings = await look();
  if (options.json) process.stdout.write(JSON.stringify(findings, null, 2) + "\n");
  else output.write(findings.map((finding) => findingLines(finding, output)).join(""));
  return findings.some(({ state }) => state === "missing") ? 1 : 0;
}

/** "[ ok ] Pulumi engine 3.220.0 (built)", then where it is and what to do, each on a line of its own. */
export function findingLines(finding: Finding, output: Output): string {
  const { part, state, version, where, origin, hint } = finding;
  const marks = { found: ["[ ok ]", "green"], missing: ["[miss]", "red"], advice: ["[hint]", "yellow"] } as const;
  const [mark, colour] = marks[state];
  const title = [part, version, origin === undefined ? undefined : `(${origin})`].filter(Boolean).join(" ");
  const more = [where, state === "found" && origin !== "stand-in" ? undefined : hint].filter(Boolean);
  const lines = [
    `${paint(output, colour, mark)} ${title}`,
    ...more.map((line) => `       ${paint(output, "dim", line ?? "")}`),
  ];
  return lines.join("\n") + "\n";
}
