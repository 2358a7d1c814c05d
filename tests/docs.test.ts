import * as fs from "node:fs";
import * as path from "node:path";
import { type Circumstances, type Figure, figureLine, isNoisy, RESULTS } from "../bench/figures";
import { IGNORED_KEYS, REFUSED_KEYS } from "../compose/keys";

const read = (name: string) => fs.readFileSync(path.join(__dirname, "..", "docs", name), "utf8");

/** Words in code marks between two comments of a page. */
function wordsAfter(page: string, mark: string): string[] {
  const [, text = ""] = read(page).split(`<!-- ${mark} -->`);
  return [...(text.split("<!-- end -->")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? "").sort();
}

test("docs/compose.md lists exactly the keys that are a warning, and those that are an error", () => {
  expect(wordsAfter("compose.md", "ignored")).toEqual(Object.keys(IGNORED_KEYS).sort());
  expect(wordsAfter("compose.md", "refused")).toEqual(Object.keys(REFUSED_KEYS).sort());
});

test("docs/architecture.md names every unit of a node", () => {
  const text = read("architecture.md");
  const units = fs.readdirSync(path.join(__dirname, "..", "boot", "units")).filter((name) => name.endsWith(".service"));
  expect(units.filter((unit) => !text.includes(`\`${unit.replace(".service", "")}\``))).toEqual([]);
});

test("every decision is in the list, under its number", () => {
  const pages = fs.readdirSync(path.join(__dirname, "..", "docs", "decisions")).filter((name) => /^\d/.test(name));
  const listed = [...read("decisions/README.md").matchAll(/^(\d+)\. \[(.+)\]\((.+)\)$/gm)];
  expect(listed.map(([, , , file]) => file)).toEqual(pages.sort());
  for (const [, number, title, file] of listed) {
    expect(read(`decisions/${file}`).split("\n")[0]).toBe(`# ${number}. ${title}`);
  }
});

test("docs/figures.md has every figure of bench/results.json with its value, and says which are noisy", () => {
  const results = JSON.parse(fs.readFileSync(RESULTS, "utf8")) as Record<string, Figure & { measured: Circumstances }>;
  const rows = [...read("figures.md").matchAll(/^\| (\d) \|.*\| ([^|]+) \|$/gm)];
  const said = rows.map(([, number, value]) => `${number} ${value}`);
  const wanted = Object.entries(results).map(([name, figure]) => {
    const value = / \.+ (\S+( m?s)?)/.exec(figureLine(name, figure))?.[1] ?? "";
    return { start: `${name.slice(0, 1)} ${value}`, noisy: isNoisy(figure.measured) };
  });
  expect(wanted.length).toBeGreaterThanOrEqual(8);
  for (const { start, noisy } of wanted) {
    const row = said.find((each) => each === start || each.startsWith(`${start} `) || each.startsWith(`${start}, `));
    expect(row ?? `no row begins with ${start}; there are:\n${said.join("\n")}`).toContain(start);
    expect(`${start}: ${row?.endsWith(", noisy")}`).toBe(`${start}: ${noisy}`);
  }
});
