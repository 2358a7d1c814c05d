import { markdown } from "../../../cli/preview/markdown";
import { text } from "../../../cli/preview/text";
import { Written } from "../../tools/support";
import { CANARY, PREPARED } from "./prepared";
import { reportOf } from "./reports";

const names = Object.keys(PREPARED);

test.each(names)("Markdown of: %s", (name) => {
  expect(markdown(reportOf(PREPARED[name] ?? { to: "" }))).toMatchSnapshot();
});

test.each(names)("on a terminal: %s", (name) => {
  expect(text(reportOf(PREPARED[name] ?? { to: "" }), new Written())).toMatchSnapshot();
});

test.each(names)("no form shows a value of a resource: %s", (name) => {
  const report = reportOf(PREPARED[name] ?? { to: "" });
  expect(JSON.stringify(report) + markdown(report) + text(report, new Written())).not.toContain(CANARY);
});

test("what others wrote is text in the Markdown: no markup, no mention, one line", () => {
  const page = markdown(reportOf(PREPARED["refused by a policy"] ?? { to: "" }));
  expect(page).toContain("ask &#64;ops &lt;b&gt; or \\`limits\\`");
  expect(page).not.toMatch(/<b>\n|@ops/);
});

test("a long group is folded, a very long one is cut with a count", () => {
  const steps = Array.from({ length: 130 }, (_, index) => ({
    op: "create" as const,
    types: "storm:mesh:Mesh$command:remote:Command",
    name: `peers-n-${index}`,
  }));
  const page = markdown(reportOf({ to: "", steps }));
  expect(page).toContain("<details><summary><b>Created (130)</b></summary>");
  expect(page).toContain("- ... and 30 more\n\n</details>");
});

test("sections that were shown already can be left out", () => {
  const report = reportOf(PREPARED["scale"] ?? { to: "" });
  expect(text(report, new Written(), ["Nodes", "Limits"])).not.toMatch(/^(Nodes|Limits)$/m);
});
