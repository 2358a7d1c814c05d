import { SpecError } from "../../spec/errors";
import { load } from "../../spec/load";
import { fixtures } from "./fixtures";

/** Each malformed file against the whole text that its user sees: places, paths, allowed values, nearest words. */
const invalid = fixtures("invalid");

function messageOf(text: string): string {
  try {
    load(text, { fileName: "storm.yml" });
  } catch (error) {
    if (error instanceof SpecError) return `${error.message}\n`;
    throw error;
  }
  return "no error";
}

test("there are at least 100 malformed files", () => {
  expect(invalid.length).toBeGreaterThanOrEqual(100);
});

test.each(invalid)("$name", ({ text, expected }) => {
  expect(messageOf(text)).toBe(expected);
});

test.each(invalid)("$name: every line has a place, none a stack trace", ({ expected }) => {
  for (const line of expected.trimEnd().split("\n")) expect(line).toMatch(/^storm\.yml:\d+:\d+(: | [^ ].*: )/);
  expect(expected).not.toMatch(/\bat .*\.[tj]s:\d+|node_modules|\[object/);
});
