import { footLine } from "../../cli/foot-line";

const state = {
  ...{ step: "Deployment", done: 12, of: 48, milliseconds: 62_000 },
  going: ["Node local-2 ready", "Node local-3 ready", "Mesh of local-1"],
};

test.each([
  [
    120,
    "Deployment [######..................] 12 of 48  62.0s  Node local-2 ready, Node local-3 ready, Mesh of local-1",
  ],
  [104, "Deployment [######..................] 12 of 48  62.0s  Node local-2 ready, Node local-3 ready, 1 more"],
  [60, "Deployment [######..................] 12 of 48  62.0s"],
  [59, "Deployment 12 of 48  62.0s  Node local-2 ready, 2 more"],
  [30, "Deployment 12 of 48  62.0s"],
  [12, "Deployment 1"],
  [0, ""],
])("%i columns", (width, line) => {
  expect(footLine(state, width)).toBe(line);
});

test("where nobody knows how much there is to do there is no bar", () => {
  const going = ["Network"];
  expect(footLine({ ...state, of: undefined, going }, 80)).toBe("Deployment 12 done  62.0s  Network");
  expect(footLine({ ...state, of: undefined, done: 0, going: [] }, 80)).toBe("Deployment  62.0s");
});

test("nothing to do is a whole bar, and more than there was to do is no more than whole", () => {
  expect(footLine({ ...state, done: 0, of: 0, going: [] }, 80)).toContain(`[${"#".repeat(24)}] 0 of 0`);
  expect(footLine({ ...state, done: 9, of: 8, going: [] }, 80)).toContain(`[${"#".repeat(24)}] 9 of 8`);
});
