import { compareNodes, costChange, listed, printChange } from "../../plan/compare";
import { planOf } from "./plans";

test.each([
  [120.5, undefined, ""],
  [120.5, { monthlyUsd: 120.5 }, "Cost change: none.\n"],
  [120.5, { monthlyUsd: 100 }, "Cost change: $20.50 a month more than now.\n"],
  [80, { monthlyUsd: 100.1 }, "Cost change: $20.10 a month less than now.\n"],
])("the change of the cost: %s after %j", (now, before, words) => {
  expect(costChange(now, before)).toBe(words);
});

const LOCAL = planOf("Local: [3, small]\nlimits: {global: {nodes: 8}}\n");

test("what a change of storm.yml comes to", () => {
  const more = planOf(
    "Local: [4, small]\nAWS: {pools: [{name: web, count: 1..3, size: medium, zones: [us-east-1a]}, {name: a, count: 1, zones: [us-east-1a]}]}\nlimits: {global: {nodes: 8}}\n",
  );
  expect(printChange(LOCAL, more)).toMatchSnapshot();
  expect(printChange(more, LOCAL)).toMatchSnapshot();
});

test("a pool that only has other machines", () => {
  const larger = planOf("Local: [3, medium]\nlimits: {global: {nodes: 8}}\n");
  expect(printChange(LOCAL, larger).split("\n").slice(0, 2)).toEqual([
    "Pool local/local: 3 small -> 3 medium",
    "Node local-1: manager, small, local -> manager, medium, local",
  ]);
  expect(compareNodes(LOCAL.nodes, LOCAL.nodes)).toEqual({ added: [], removed: [], changed: [] });
});

test("many names are counted", () => {
  expect(listed(["a", "b"])).toBe("a, b");
  expect(listed([..."abcdefghij"])).toBe("a, b, c, d, e, f, g, h and 2 more");
});
