import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EnvFileError, parseEnvFile } from "../../compose/env-file";
import { interpolateText } from "../../compose/interpolate";
import { EnvValues } from "../../compose/env-values";
import { loadStack } from "../../compose/load";
import { DEFAULTS, inWords, render, web } from "./support";

const ENV: Record<string, string> = { A: "1", EMPTY: "" };

test.each([
  ["$A", "1"],
  ["${A}", "1"],
  ["x${A}y$A.z", "x1y1.z"],
  ["$$A $${A}", "$A ${A}"],
  ["${NONE-d}", "d"],
  ["${EMPTY-d}", ""],
  ["${EMPTY:-d}", "d"],
  ["${NONE:-${A}}", "1"],
  ["${NONE:-${NONE2:-deep}}!", "deep!"],
  ["${A:+set}", "set"],
  ["${EMPTY:+set}", ""],
  ["${EMPTY+set}", "set"],
  ["${NONE:-}", ""],
  ["${A:?needed}", "1"],
  ["$NONE", ""],
])("%s is %j", (text, expected) => {
  expect(interpolateText(text, (name) => ENV[name])).toBe(expected);
});

test.each([
  ["${NONE:?say which}", "variable NONE is required: say which"],
  ["${EMPTY:?}", "variable EMPTY is required"],
  ["${A", '"${" without its "}"'],
  ["$1", '"$" starts a variable, "$1" is none; write $$ for a dollar sign'],
])("%s is refused", (text, message) => {
  expect(() => interpolateText(text, (name) => ENV[name])).toThrow(message);
});

test("env files: comments, quotes, escapes, several lines, variables", () => {
  const text = [
    "# comment",
    "A=1",
    "export B = two words # comment",
    "C='$A # as it is'",
    'D="line\\nnext $A \\$A"',
    'E="over',
    'lines"',
    "F=${A}-${OUTER}",
    "G=a#b",
    "H=",
    "OUTER",
    "ABSENT",
    "I: yaml",
    "",
  ].join("\r\n");
  expect(parseEnvFile(text, { OUTER: "o" })).toEqual({
    ...{ A: "1", B: "two words", C: "$A # as it is", D: "line\nnext 1 $A", E: "over\nlines", F: "1-o", G: "a#b" },
    ...{ H: "", OUTER: "o", I: "yaml" },
  });
  expect(() => parseEnvFile("A=1\nno assignment at all")).toThrow(EnvFileError);
  expect(() => parseEnvFile("A=1\nB='open")).toThrow("B has a ' without its end");
});

const CANARY = "CANARY-key-body-0123456789";

test.each([
  [`A=1\n${CANARY}/+==`, "is no NAME=value"],
  [`A=${CANARY}$-`, 'has a "$" that starts no variable; write $$ for a dollar sign'],
  [`A=${CANARY}\${B!x}`, 'has a "$" that starts no variable; write $$ for a dollar sign'],
  [`S=${CANARY}\nA=\${NONE:?$S}`, "variable NONE is required"],
])("an env file's errors show nothing that is in it: %j", (text, message) => {
  expect(() => parseEnvFile(text)).toThrow(new EnvFileError(0, message));
});

test("an error in .env says which folder's", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-env-"));
  fs.mkdirSync(path.join(folder, "shop"));
  fs.writeFileSync(path.join(folder, "shop", "compose.yml"), "services: {web: {image: x}}");
  fs.writeFileSync(path.join(folder, "shop", ".env"), `A=1\n${CANARY}/+==\n`);
  expect(inWords(loadStack(folder, "shop", DEFAULTS)).errors).toEqual(["shop/.env:2:1: is no NAME=value"]);
  fs.rmSync(folder, { recursive: true });
});

/** Messages about values that came out of .env or an env file. */
test.each([
  ["build: 'https://me:${TOKEN}@example.com/x.git'", '"https://example.com/x.git" is a repository'],
  ["build: 'https://example.com/${TOKEN}/x.git'", '"https://example.com/${TOKEN}/x.git" is a repository'],
  ["image: x, deploy: {replicas: '${TOKEN}'}", 'must be a whole number, at least 0, got "${TOKEN}"'],
  ["image: x, expose: ['${TOKEN}']", 'got "${TOKEN}"'],
  ["image: x, environment: [TOKEN], expose: ['CANARY-key-body-0123456789']", 'got "${TOKEN}"'],
  ["image: x, env_file: app.env, expose: ['CANARY-of-a-file']", 'got "${IN_FILE}"'],
])("no message shows a value of .env: %s", (keys, message) => {
  const readFile = () => "IN_FILE=CANARY-of-a-file";
  const [error] = web(keys, { env: { TOKEN: CANARY }, readFile }).errors;
  expect(error).toContain(message);
  expect(error).not.toContain("CANARY");
});

test("what came out of .env is handed on, so that the node hides it too", () => {
  const env = {
    TOKEN: CANARY,
    URL: "postgres://shop:pass-word@db/shop",
    DEBUG: "true",
    PORT: "8080",
    UNUSED: "unused",
  };
  const text = "services: {web: {image: x, environment: [TOKEN, 'A=$URL', DEBUG], ports: ['$PORT']}}";
  expect(render(text, { env }).hidden).toEqual([CANARY, "pass-word", env.URL]);
  const args = "services: {web: {build: {context: ., args: [TOKEN, 'MODE=fast']}}}";
  expect(render(args, { env }).hidden).toEqual([CANARY]);
});

test.each(["abc", "true", "FALSE", "8080", "127.0.0.1", "15s", "1.5gb", "production", "localhost"])(
  "%s is nothing to hide",
  (word) => {
    const values = new EnvValues();
    values.add("NAME", word);
    expect(values.words).toEqual([]);
  },
);

test("the longest value is hidden first", () => {
  const values = new EnvValues();
  values.add("SHORT", "word");
  values.add("LONG", "word-and-more");
  expect(values.hideIn("word-and-more, word")).toBe("${LONG}, ${SHORT}");
});
