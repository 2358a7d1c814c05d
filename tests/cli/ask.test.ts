import { PassThrough } from "node:stream";
import { confirm, confirmByName, needAnswer } from "../../cli/ask";

const command = "npx storm deploy dev";

/** A terminal on which this is typed. */
function typing(text: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.end(text);
  return { input, output, shown: () => String(output.read() ?? "") };
}

test.each([
  ["y\n", true],
  ["YES\n", true],
  [" yes \n", true],
  ["n\n", false],
  ["\n", false],
  ["yes please\n", false],
  ["", false],
])("a question answered with %j", async (text, answer) => {
  const at = typing(text);
  expect(await confirm("Deploy this to stack dev?", { command }, at)).toBe(answer);
  expect(at.shown()).toContain("Deploy this to stack dev? [y/N] ");
});

test.each([
  ["prod\n", true],
  ["y\n", false],
  ["", false],
])("what cannot be taken back takes the name: %j", async (text, answer) => {
  expect(await confirmByName("Name:", "prod", { command }, typing(text))).toBe(answer);
});

test("--yes answers, with or without a terminal", async () => {
  const at = typing("", false);
  expect(await confirm("?", { command, yes: true }, at)).toBe(true);
  expect(await confirmByName("?", "prod", { command, yes: true }, at)).toBe(true);
  expect(at.shown()).toBe("");
});

test("without a terminal there is nobody to ask: an error that names --yes", () => {
  expect(() => needAnswer({ command }, typing("y\n", false))).toThrow(
    expect.objectContaining({
      message: "this asks before it changes anything, and there is no terminal to ask on",
      hints: ["For scripts: npx storm deploy dev --yes"],
    }),
  );
});

test("an interrupt ends the wait", async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const at = { input, output: new PassThrough() };
  await expect(confirm("?", { command, signal: AbortSignal.timeout(20) }, at)).rejects.toThrow(
    "interrupted while asking",
  );
});
