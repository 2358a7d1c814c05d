import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { DEBUG, EXIT_CODES, exitCodesHelp, failure, wrongCommandLine } from "../../cli/errors";
import { UserError } from "../../tools/errors";
import { checkout } from "../../tools/paths";

test.each([
  ["help that was asked for", new CommanderError(0, "commander.helpDisplayed", ""), { text: "", code: 0 }],
  ["an option that is none", new CommanderError(1, "commander.unknownOption", ""), { text: "", code: 2 }],
  [
    "a word that is none",
    wrongCommandLine("no such word", ["Words: a"]),
    { text: "error: no such word\n  Words: a\n", code: 2 },
  ],
  [
    "a user's mistake",
    new UserError("no such file", ["Make it."]),
    { text: "error: no such file\n  Make it.\n", code: 1 },
  ],
  ["an interrupt", new UserError("interrupted", [], 130), { text: "error: interrupted\n", code: 130 }],
  ["anything else", new Error("boom"), { text: "error: boom\n  --debug shows where it comes from\n", code: 1 }],
])("%s", (_, error, expected) => {
  expect(failure(error, ["status"])).toEqual(expected);
});

test("the stack trace is there with --debug alone", () => {
  expect(failure(new Error("boom"), ["status"]).text).not.toMatch(/^ +at /m);
  expect(failure(new Error("boom"), ["status", DEBUG]).text).toMatch(/^error: boom\n[^]*^ +at /m);
});

test("the help and docs/commands.md have every exit code", () => {
  const page = readFileSync(join(checkout, "docs", "commands.md"), "utf8");
  for (const [code, words] of Object.entries(EXIT_CODES))
    expect(page.replaceAll("`", "")).toContain(`| ${code} | ${words.replaceAll("`", "")} |`);
  const codes = [...exitCodesHelp().matchAll(/^ +(\d+) {2}/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual([0, 1, 2, 130]);
});
