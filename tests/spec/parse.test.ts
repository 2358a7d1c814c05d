import { formatIssues } from "../../spec/errors";
import { keyPlaceOf, placeOf } from "../../spec/located";
import { editDistance, nearestWord } from "../../spec/nearest";
import { parseYaml } from "../../spec/parse";

function parse(text: string): { value: unknown; issues: string } {
  const { source, issues } = parseYaml(text, "f");
  return { value: source?.value, issues: formatIssues(issues) };
}

test("keys and values have places, in block and flow style, behind aliases and merges", () => {
  const { source } = parseYaml("a: &x {k: 'v'}\nb:\n  - *x\n  - <<: *x\n    n: 1\n", "f");
  if (source === undefined) throw new Error("not parsed");
  const at = (place: { line: number; column: number }): string => `${place.line}:${place.column}`;
  expect(at(placeOf(source, ["a", "k"]))).toBe("1:11");
  expect(at(keyPlaceOf(source, ["a", "k"]))).toBe("1:8");
  expect(at(placeOf(source, ["b", 0]))).toBe("3:5");
  expect(at(keyPlaceOf(source, ["b", 1, "k"]))).toBe("1:8");
  expect(at(placeOf(source, ["b", 1, "n"]))).toBe("5:8");
  // Something that is not there: the nearest thing around it.
  expect(at(placeOf(source, ["b", 1, "absent", 7]))).toBe("4:5");
  expect(source.value).toEqual({ a: { k: "v" }, b: [{ k: "v" }, { n: 1, k: "v" }] });
});

test("scalars are those of YAML 1.2: off, dates and times stay text", () => {
  expect(parse("[off, yes, 1:30, 2001-01-01, 010, 0x10, 0o7, 1e3, .5, ~, null, True, 1_000, 2..10, 1G]").value).toEqual(
    [...["off", "yes", "1:30", "2001-01-01"], ...[10, 16, 7, 1000, 0.5, null, null, true], ...["1_000", "2..10", "1G"]],
  );
});

test("limits: size, depth, aliases", () => {
  expect(parse(`a: "${"x".repeat(256 * 1024)}"`).issues).toBe("f:1:1: must be at most 262144 bytes, got 262149");
  expect(parse("[".repeat(100_000)).issues).toMatch(/nested deeper than 32 levels/);
  const bomb = [
    "a0: &a0 [x,x,x,x,x,x,x,x,x,x]",
    ...Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(",")}]`),
  ];
  expect(parse(bomb.join("\n")).issues).toMatch(/^f:4:\d+ a3\/#\d+: too many aliases/);
});

test("an empty document is null, and a merge never overwrites", () => {
  expect(parse("").value).toBeNull();
  expect(parse("---\n...\n").value).toBeNull();
  expect(parse("<<: {a: 1, b: 2}\na: 3\n").value).toEqual({ b: 2, a: 3 });
});

test("nearest words", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("lrage", "large")).toBe(1);
  expect(nearestWord("aws", ["Azure", "AWS"])).toBe("AWS");
  const commands = ["start", "stop", "env", "doctor"];
  expect(["strat", "stpo", "ENV", "docker", "xyz"].map((word) => nearestWord(word, commands))).toEqual([
    ...["start", "stop", "env", "doctor"],
    undefined,
  ]);
  expect(nearestWord("zzz", ["Azure", "AWS"])).toBeUndefined();
  expect(nearestWord("x".repeat(100_000), ["Azure"])).toBeUndefined();
});
