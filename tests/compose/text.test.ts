import * as fc from "fast-check";
import { EnvFileError, parseEnvFile } from "../../compose/env-file";
import { interpolateText } from "../../compose/interpolate";
import { at, render } from "./support";

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

test("anchors and merge keys, one and several; the own key wins", () => {
  const result = render(`
x-one: &one {image: a, user: "1"}
x-two: &two {image: b, hostname: h}
services:
  web: {<<: [*one, *two], user: "2"}
`);
  expect(result.errors).toEqual([]);
  expect(at(result, "services", "web")).toMatchObject({ image: "a", user: "2", hostname: "h" });
});

test("aliases that unfold without end are refused in no time", () => {
  const levels = Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`);
  const started = Date.now();
  expect(render(`x0: &x0 [a]\n${levels.join("\n")}\nservices: *x30`).errors.join()).toMatch(/too many aliases/);
  expect(Date.now() - started).toBeLessThan(2000);
});

test("no text makes the renderer throw or hang", () => {
  const base = `services:
  web:
    image: "nginx:\${V:-1}"
    ports: ["8080:80", {target: 1, published: 2}]
    environment: {A: 1}
    volumes: [data:/data:ro, {type: tmpfs, target: /t}]
    healthcheck: {test: [CMD, x], interval: 5s}
    deploy: {replicas: 2, placement: {constraints: [node.role == manager]}}
volumes: {data: {}}
secrets: {s: {content: x}}
`;
  const words = fc.constantFrom(
    ":",
    "-",
    "{",
    "}",
    "[",
    "]",
    "&a",
    "*a",
    "<<",
    "$",
    "${",
    "'",
    '"',
    "\n",
    "  ",
    "#",
    "!!int",
    "|",
    "null",
    "\u0000",
    "é",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(base.length), fc.nat(6), words), { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce(
        (whole, [from, cut, word]) => whole.slice(0, from) + word + whole.slice(from + cut),
        base,
      );
      for (const line of render(text).errors) expect(line).toMatch(/^docker-compose\.yml:\d+:\d+[: ]/);
    }),
    { numRuns: 1500 },
  );
});
