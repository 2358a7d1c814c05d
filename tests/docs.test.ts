import * as fs from "node:fs";
import * as path from "node:path";
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
