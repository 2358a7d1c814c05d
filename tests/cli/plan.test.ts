import { costChange } from "../../cli/commands/plan";

test.each([
  [120.5, undefined, ""],
  [120.5, { monthlyUsd: 120.5 }, "Cost change: none.\n"],
  [120.5, { monthlyUsd: 100 }, "Cost change: $20.50 a month more than now.\n"],
  [80, { monthlyUsd: 100.1 }, "Cost change: $20.10 a month less than now.\n"],
])("the change of the cost: %s after %j", (now, before, words) => {
  expect(costChange(now, before)).toBe(words);
});
