import { unittest } from "./support";

test("the node's daemons, by their own suite", () => {
  expect(unittest(["discover", "-p", "test_*.py"], __dirname)).toBe("passed");
}, 130_000);
