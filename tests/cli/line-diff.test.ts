import { lineDiff } from "../../cli/line-diff";

test.each([
  ["a line of many", "1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nx\n5\n6\n7\n", "  2\n  3\n- 4\n+ x\n  5\n  6\n"],
  ["lines that are new", "a\nb\n", "a\nnew\nnewer\nb\n", "  a\n+ new\n+ newer\n  b\n"],
  ["a line like those around it", "a\na\n", "a\na\na\n", "  a\n  a\n+ a\n"],
  ["the first line", "a\nb\n", "x\nb\n", "- a\n+ x\n  b\n"],
  ["a last line without an end", "a", "a\nb\n", "  a\n+ b\n"],
])("%s", (_, before, after, diff) => {
  expect(lineDiff(before, after)).toBe(diff);
});
