import * as fc from "fast-check";
import { formatIssues, SpecError } from "../../spec/errors";
import { load } from "../../spec/load";
import { makePlan } from "../../plan/plan";
import { fixtures } from "./fixtures";

/**
 * 10,000 broken files: mutations of real ones by bytes, tokens and structure. Whatever comes, the answer is a Spec (which
 * then has a Plan) or a SpecError of formatted lines, soon. A failure prints the seed that repeats it.
 */
const RUNS = 10_000;
const MAX_MILLISECONDS = 2000;

const texts = [...fixtures("valid"), ...fixtures("invalid")]
  .map(({ text }) => text)
  .filter((text) => text.length < 3000);

const TOKENS = [
  ..."[]{}:,-#&*!|>'\"%@`?~\t\n\r\\\0",
  ...[
    "<<: *a",
    "&a ",
    "*a",
    "!!int ",
    "!!str ",
    "---\n",
    "...\n",
    "? ",
    ": ",
    "- ",
    "null",
    "true",
    ".inf",
    ".nan",
    "-0",
    "1e999",
  ],
  ...[
    "2..10",
    "0..0",
    "9999..1",
    "__proto__: ",
    "constructor: ",
    "toString",
    "\ufeff",
    "\u202e",
    "\ud800",
    "💥",
    "\u2028",
    "  ",
    "\n  ",
  ],
  ...[
    "AWS: ",
    "Local: ",
    "pools: ",
    "overrides: {prod: ",
    "compose: ",
    "role: manager",
    "count: ",
    "size: ",
    "Hosts: ",
    "limits: ",
  ],
];

/** Processor time, not the clock's: other work on the machine is none of the parser's. */
function milliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

type Edit = (text: string) => string;

/** Any characters, half surrogates too; fc.string's own "binary" first makes a table of all there are. */
const characters = fc
  .array(fc.nat(0x10ffff), { maxLength: 3 })
  .map((codePoints) => String.fromCodePoint(...codePoints));

/** Replaces, inserts or removes one character or token at a relative position. */
const byteEdit: fc.Arbitrary<Edit> = fc
  .record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(3),
    insert: fc.oneof(characters, fc.constantFrom(...TOKENS)),
  })
  .map(({ at, remove, insert }): Edit => (text) => {
    const start = Math.floor(at * text.length);
    return text.slice(0, start) + insert + text.slice(start + remove);
  });

/** Replaces one word or number by another token. */
const tokenEdit: fc.Arbitrary<Edit> = fc
  .record({ nth: fc.nat(200), token: fc.constantFrom(...TOKENS, "x", "5", '"5"', "[a, b]", "{a: b}", "") })
  .map(({ nth, token }): Edit => (text) => {
    const words = [...text.matchAll(/[\w.-]+/g)];
    const word = words[nth % Math.max(words.length, 1)];
    return word === undefined
      ? token + text
      : text.slice(0, word.index) + token + text.slice(word.index + word[0].length);
  });

/** Removes, repeats, swaps, indents or nests whole lines. */
const lineEdit: fc.Arbitrary<Edit> = fc
  .record({
    a: fc.nat(60),
    b: fc.nat(60),
    how: fc.constantFrom("remove", "repeat", "swap", "indent", "dedent", "nest"),
  })
  .map(({ a, b, how }): Edit => (text) => {
    const lines = text.split("\n");
    const [i, j] = [a % lines.length, b % lines.length];
    const [first = "", second = ""] = [lines[i], lines[j]];
    if (how === "remove") lines.splice(i, 1);
    if (how === "repeat") lines.splice(j, 0, first);
    if (how === "swap") [lines[i], lines[j]] = [second, first];
    if (how === "indent") lines[i] = `  ${first}`;
    if (how === "dedent") lines[i] = first.replace(/^ {1,2}/, "");
    if (how === "nest") lines.splice(i, 0, `${/^ */.exec(first)?.[0] ?? ""}AWS:`);
    return lines.join("\n");
  });

const mutated = fc
  .tuple(fc.constantFrom(...texts), fc.array(fc.oneof(byteEdit, tokenEdit, lineEdit), { minLength: 1, maxLength: 5 }))
  .map(([text, edits]) => edits.reduce((current, edit) => edit(current), text));

/** Line by line what must not be in a message; by itself, for `expect` takes as long as the parser. */
function faultOf({ issues, message }: SpecError): string | undefined {
  if (issues.length === 0) return "no issue";
  if (message !== formatIssues(issues)) return "not the issues' own text";
  if (/^\s+at |node_modules|\[object|undefined/m.test(message)) return "a trace or a value of the program's own";
  // Nothing that moves the cursor or turns the text around reaches a terminal.
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(message)) return "a control character";
  const shape = /^(storm\.yml:\d+:\d+(:| [^ ].*:) |\.\.\. and \d+ more$)/;
  return message.split("\n").find((line) => !shape.test(line));
}

test("10,000 mutations: a Spec or a SpecError, never a crash, never slow", () => {
  let loaded = 0;
  let before = process.cpuUsage();
  fc.assert(
    fc.property(mutated, (text) => {
      try {
        const { spec } = load(text, { fileName: "storm.yml" });
        JSON.stringify(makePlan(spec, { env: "dev" }));
        loaded++;
      } catch (error) {
        if (!(error instanceof SpecError)) throw error;
        const fault = faultOf(error);
        if (fault !== undefined) throw new Error(`${fault} in: ${error.message}`);
      }
      // The making of the mutation is in it too.
      const took = milliseconds(before);
      before = process.cpuUsage();
      if (took >= MAX_MILLISECONDS) throw new Error(`took ${took} ms`);
    }),
    { numRuns: RUNS },
  );
  // Else the mutations would be too coarse to get behind the parser.
  expect(loaded).toBeGreaterThan(RUNS / 100);
}, 60_000);

test("large and hostile texts are answered soon", () => {
  const list = (count: number, item: (index: number) => string, separator: string): string =>
    Array.from({ length: count }, (_, i) => item(i)).join(separator);
  const hostile = [
    `Hostname: ${"a".repeat(250_000)}!`,
    `Hostname: ${"a.".repeat(120_000)}`,
    `name: ${"-".repeat(250_000)}`,
    `tls: {acme: {email: "${"a@".repeat(120_000)}"}}`,
    list(20_000, (i) => `k${i}: ${i}`, "\n"),
    `compose:\n${list(13_000, (i) => `  S${i}: {fil: x}`, "\n")}`,
    `compose:\n${list(3_200, (i) => `  s${i}: {file: x}`, "\n")}\noverrides: {${list(10, (i) => `e${i}: {}`, ", ")}}\nname: X`,
    `AWS:\n  pools:\n${list(200, (i) => `    - {name: p${i}, count: 1..2, size: nope}`, "\n")}`,
    `overrides:\n${list(10, (i) => `  e${i}: {compose: {${list(200, (j) => `s${j}: {fil: x}`, ", ")}}}`, "\n")}`,
    `Hosts: [${list(500, () => "{address: 192.0.2.1, hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMqXgRLKG73K+sIxs5oj3E2nhu/4FHxOcrmAd4Wv7ki7}", ", ")}]`,
    `Local: [3, ${"[".repeat(31)}${"]".repeat(31)}]`,
    `stacks: [${"a,".repeat(120_000)}a]`,
    `a: [${"{},".repeat(80_000)}]`,
    `a: &a {${list(900, (i) => `k${i}: 1`, ",")}}\nb: [${Array(100).fill("{<<: *a}").join(",")}]`,
    "- ".repeat(120_000),
    "? ".repeat(120_000),
    `"${"\\u0041".repeat(40_000)}": 1`,
    `k: |\n${"  x\n".repeat(60_000)}`,
  ];
  for (const text of hostile) {
    const start = process.cpuUsage();
    expect(() => load(text, { fileName: "storm.yml" })).toThrow(SpecError);
    expect({ text: text.slice(0, 30), slow: milliseconds(start) > MAX_MILLISECONDS }).toEqual({
      text: text.slice(0, 30),
      slow: false,
    });
  }
}, 60_000);
