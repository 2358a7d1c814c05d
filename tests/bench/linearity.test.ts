import { growth } from "../../bench/linearity";

const measured = (...amounts: [number, number, number]) =>
  growth([
    { nodes: 30, amount: amounts[0] },
    { nodes: 100, amount: amounts[1] },
    { nodes: 300, amount: amounts[2] },
  ]);

test("a cost for each node beside a fixed one is linear", () => {
  expect(measured(5 + 30, 5 + 100, 5 + 300)).toBeCloseTo(1);
});

test("what grows with the square of the nodes is far over the bound", () => {
  expect(measured(30 ** 2, 100 ** 2, 300 ** 2)).toBeCloseTo(400 / 130);
});
